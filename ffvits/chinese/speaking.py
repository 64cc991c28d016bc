"""What the terminal says of finished voices: speaking, serving and judging them, in Chinese."""

from __future__ import annotations

from ffvits.chinese.patterns import pairs

SPEAKING = pairs("""
there is nothing to say in this text, in “{}”
    这段文字里没有可以念的内容：“{0}”
there is nothing to speak in this text, in “{}”
    这段文字里没有可以念的内容：“{0}”
{} cannot be read in Mandarin, in “{}”
    {0} 不能用普通话念（在“{1}”里）
{} has no known reading, in “{}”
    不知道 {0} 怎么念（在“{1}”里）
{} is no reading, in “{}”
    {0} 不是读音（在“{1}”里）
{} has {} syllables but fewer characters stand before it, in “{}”
    {0} 有 {1} 个音节，前面的汉字没有那么多（在“{2}”里）
{} is no break, in “{}”
    {0} 不是停顿（在“{1}”里）
the symbol {} (of {}) is not in the table {}, in “{}”
    符号 {0}（属于 {1}）不在符号表 {2} 里（在“{3}”里）
pause cannot be {}
    pause 不能是 {0}
it goes from 0 to {} seconds
    请写 0 到 {0} 之间的秒数
neither UTF-8 nor GBK text
    不是 UTF-8 文字，也不是 GBK 文字
name a text file, or - for standard input
    请写一个文本文件，或用 - 表示标准输入
this is a folder
    这是一个文件夹
name a file in it: {}
    请写出里面的文件名，如 {0}
cannot write {} files
    写不了 {0} 格式的文件
name the file .wav or .flac
    文件名请以 .wav 或 .flac 结尾
cannot be written: {}
    写不进去：{0}
{}choose another with --out
    请用 --out 换一个位置
free some space, or choose another with --out
    请腾出空间，或用 --out 换一个位置
a WAV file holds no more than {} hours
    一个 WAV 文件最多装 {0} 小时
name the file .flac, or speak the text in parts
    请把文件名改成 .flac 结尾，或把文字分几次念
there is no recording at {} Hz
    录音的采样率不能是 {0} Hz
give the rate at which it was sampled
    请写它实际的采样率
samples of the type {} have no known scale
    不知道 {0} 类型的采样怎样换算幅度
give int16, int32, or floats in [-1, 1]
    请用 int16、int32，或 [-1, 1] 范围内的浮点数
this is no recording of one channel and a tenth of a second or more
    这不是至少 0.1 秒的单声道录音
give samples [T]
    请给出一维的采样 [T]
of the runs in this folder none has a finished voice yet: {}
    这里的运行文件夹里都还没有做好的声音：{0}
this run has no finished voice yet
    这个运行文件夹里还没有做好的声音
go on with: ffvits train {}
    请接着训练：ffvits train {0}
this folder holds voices, and is none itself
    这个文件夹里有几个声音，它本身不是声音
choose one: {}
    请选一个：{0}
this voice was written by another version of ffvits
    这个声音是另一个版本的 ffvits 写的
update ffvits
    请更新 ffvits
the voice's description is damaged ({})
    声音的说明文件坏了（{0}）
the voice's weights cannot be read ({})
    声音的权重读不出来（{0}）
export it again: ffvits train RUN
    请重新导出：ffvits train RUN
the voice's description cannot be read: {}
    声音的说明文件读不出来：{0}
the voice's weights cannot be read: {}
    声音的权重读不出来：{0}
this folder cannot be read: {}
    这个文件夹读不了：{0}
{} cannot be read: {}
    {0} 读不出来：{1}
make it readable for who runs ffvits
    请让运行 ffvits 的用户有权读取它
copy it here again
    请重新复制过来
this voice needs the package {}, which is not installed
    这个声音需要程序包 {0}，还没有安装
or export it elsewhere with --to onnx, and copy that here
    或在别的机器上用 --to onnx 导出，再复制过来
{} cannot be made to speak: ffvits has no front end that writes its symbols
    {0} 不能说话：ffvits 没有与它的符号相配的前端
as a base it serves (its symbols are replaced)
    它可以当底模（符号会换掉）
to hear one, take another of `ffvits bases`
    想直接听，请从 ffvits bases 里另选一个
a voice in ONNX needs the package onnxruntime
    ONNX 声音需要程序包 onnxruntime
there is no network *_{}.onnx here
    这里没有网络 *_{0}.onnx
make it with: ffvits export {} --to onnx, then load {}
    请运行：ffvits export {0} --to onnx，再载入 {1}
there must be one network *_{}.onnx, not {}
    网络 *_{0}.onnx 只能有一个，这里有 {1} 个
this network cannot be read: {}
    这个网络读不出来：{0}
these networks do not say what ffvits must know of them ({})
    这些网络缺少 ffvits 需要的说明（{0}）
export the voice again: ffvits export RUN --to onnx
    请重新导出声音：ffvits export RUN --to onnx
cannot use the device {}: {}
    用不了设备 {0}：{1}
use --device cpu
    请用 --device cpu
Speaking
    正在合成
sentences
    句
Evaluate
    评测
{} says {} sentences
    {0} 要念 {1} 句
Listening to {}
    正在听 {0}
Listening to the recordings
    正在听本人的录音
{} sentences cannot be judged
    句数是 {0}，无法评测
give --sentences 1 or more
    --sentences 请写 1 或更大的数
{}, and no run folder
    {0}，也没有这样的运行文件夹
there is no base named {}, and no run folder
    没有叫 {0} 的底模，也没有这样的运行文件夹
there is no such file or folder, and no run folder
    没有这个文件或文件夹
name the folder of a run, or a base ({})
    请写运行文件夹或底模（{0}）
name the folder of a run, or a base (did you mean {}?)
    请写运行文件夹或底模（是不是想写 {0}？）
name the folder of a run, or a base (names: {}; or give a G_*.pth or a folder)
    请写运行文件夹或底模（名字有：{0}；也可以写 G_*.pth 或文件夹）
name the folder of a run, or a base (check the path
    请检查路径：要写运行文件夹或底模
a run whose base was moved goes on with --base and where it lies now)
    底模搬到别处了，就用 --base 和它现在的位置接着训练
leave --speaker out: it has one
    它只有一个说话人，不必写 --speaker
a checkpoint needs the run that it belongs to
    只有检查点不够，还要写它所属的运行文件夹
ffvits evaluate RUN
    请运行：ffvits evaluate RUN（RUN 是运行文件夹）
what is found cannot be kept here: {}
    结果存不进这里：{0}
name another folder with --out
    请用 --out 换一个文件夹
the base {} is not compared: {} (--against names another)
    不与底模 {0} 比较：{1}（可用 --against 指定别的）
the base {} is not compared: it is another than the one that the voice was made from (--against names another)
    不与底模 {0} 比较：它已不是做这个声音时用的那个（可用 --against 指定别的）
the base {} is not compared: no front end of ffvits writes its symbols (--against names another)
    不与底模 {0} 比较：ffvits 没有与它的符号相配的前端（可用 --against 指定别的）
the base {} is not compared: there is no base named {} (--against names another)
    不与底模 {0} 比较：没有这个底模（可用 --against 指定别的）
the base {} is not compared: there is no such file or folder (--against names another)
    不与底模 {0} 比较：没有这个文件或文件夹（可用 --against 指定别的）
the base {} is not compared: cannot get {} of {}. Tried: (--against names another)
    不与底模 {0} 比较：下载不到它的 {1}（可用 --against 指定别的）
{} is of {} sentences and stays: this one is evaluation{}.json
    {0} 是 {1} 句的评测，予以保留：这一次写在 evaluation{2}.json
an earlier evaluation is damaged ({})
    以前的评测结果坏了（{0}）
delete this folder and run again
    请删掉这个文件夹，再运行一次
{} of the {} recordings to compare with are not in {}, and are left out (ffvits label writes them again)
    用来对比的 {1} 条录音中有 {0} 条不在 {2} 里，不参与比较（ffvits label 会重新写出来）
clip {} is left out: its {} cannot be read ({})
    片段 {0} 不参与比较：它的 {1} 读不出来（{2}）
clip {} is left out: its text cannot be read ({})
    片段 {0} 不参与比较：它的文字念不出来（{1}）
clip {} is left out: its sound cannot be read ({})
    片段 {0} 不参与比较：它的声音文件读不出来（{1}）
there is nothing to compare
    至少要有两个声音才能比较
name two runs, or one run and --bases a,b
    请写两个运行文件夹，或一个运行文件夹加 --bases a,b
the same voice stands twice
    同一个声音写了两次
name each voice once
    每个声音请只写一次
Judge {}
    评测 {0}
{}: {} is kept in {} instead
    {0}：{1} 的结果改存到 {2}
{}: what is found cannot be kept here: {}: {} is kept in {} instead
    {0}：这里存不进结果（{1}），{2} 的结果改存到 {3}
Trial of {}
    在底模 {0} 上试训
{} steps are no trial
    试训的步数不能是 {0}
give --steps 1 or more
    --steps 请写 1 或更大的数
the sound of {} clips is not there
    {0} 条片段的声音文件不见了
write it again with: ffvits label
    请运行 ffvits label，重新写出来
these votes are named twice
    同一份投票写了两次
one file for each listener
    每位听者请只写一个文件
this is no file of votes ({})
    这不是投票文件（{0}）
this is no file of votes (no JSON, line {})
    这不是投票文件（第 {0} 行不是 JSON）
the votes cannot be read: {}
    读不了投票文件：{0}
this is no file of votes (a vote lacks what was played or preferred)
    这不是投票文件（有一票缺少播放的或选中的声音）
this is no file of votes (a voice's name is no text)
    这不是投票文件（有个声音的名字不是文字）
this is no file of votes (whether X was told is neither true, false nor null)
    这不是投票文件（X 是否听对，只能是 true、false 或 null）
this is no file of votes ({} is preferred where {} and {} were played)
    这不是投票文件（播放的是 {1} 和 {2}，选中的却是 {0}）
save one with the button of comparison.html
    请用 comparison.html 里的按钮保存一份
there is no such folder
    没有这个文件夹
name the folder that holds your runs
    请写存放各个运行文件夹的那个文件夹
cannot be listed: {}
    列不出里面的内容：{0}
make it readable
    请给自己读取它的权限
cannot listen at {}:{}: {}
    无法监听 {0}:{1}：{2}
cannot listen at {}:{}: Address already in use
    {0}:{1} 已被别的程序占用
cannot listen at {}:{}: Permission denied
    没有权限监听 {0}:{1}
cannot listen at {}:{}: Cannot assign requested address
    这台机器没有地址 {0}
cannot listen at {}:{}: a port is 0 to 65535
    不能监听 {0}:{1}：端口是 0 到 65535
cannot listen at {}:{}: Name or service not known
    找不到地址 {0}
choose another with --port, or --host
    请用 --port 或 --host 换一个
port cannot be {}
    port 不能是 {0}
workers cannot be {}
    workers 不能是 {0}
batch cannot be {}
    batch 不能是 {0}
queue cannot be {}
    queue 不能是 {0}
patience cannot be {}
    patience 不能是 {0}
rate cannot be {}
    rate 不能是 {0}
max_text cannot be {}
    max_text 不能是 {0}
body_limit cannot be {}
    请求的字节上限不能是 {0}
http://{}:{}  (docs: /docs)
    http://{0}:{1}  （接口文档：/docs）
anybody who reaches this machine can use it: set --api-key, or FFVITS_API_KEY
    能连到这台机器的人都能用它：请设置 --api-key 或 FFVITS_API_KEY
a page of {} asks, and its browser may not let it hear: allow it with --cors {}
    {0} 的网页发来请求，但浏览器不让它收到回答：要允许，请加 --cors {1}
voice: {} ({})
    声音：{0}（{1}）
voice: {} (one speaker)
    声音：{0}（一个说话人）
voice gone: {}
    声音已移走：{0}
{} is not served: {}
    {0} 用不了：{1}
{} is not served: {} (the one before it is)
    新的 {0} 用不了，仍用原来的：{1}
no finished voice is in {} yet
    {0} 里还没有做好的声音
one that comes is served without a restart
    一有就能用，不必重启
the voices cannot be listed ({})
    列不出有哪些声音（{0}）
the voices cannot be listed ({}: there is no such folder — name the folder that holds your runs)
    列不出有哪些声音（{0}：没有这个文件夹）
the voices cannot be listed ({}: cannot be listed: {} — make it readable)
    列不出有哪些声音（{0}：{1}）
those in memory go on speaking
    已载入的仍可使用
a stream broke off: {}
    流式输出中断：{0}
a stream broke off: the client takes nothing any more
    流式输出中断：客户端不再接收
a stream broke off: not spoken within {} s — try again, or a shorter text
    流式输出中断：{0} 秒内没有念出来
the client takes nothing any more
    客户端不再接收
the client has left
    客户端已断开
a request that was left could not be closed: {}: {}
    一个已放弃的请求没能收尾：{0}: {1}
this is a bug in ffvits: please report it
    这是 ffvits 的 bug，请反馈给开发者
{} is not answered here: see /docs
    这里没有 {0}：请看 /docs
send JSON, with "Content-Type: application/json"
    请发送 JSON，并带上 "Content-Type: application/json"
""")
