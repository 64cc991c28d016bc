"""What keeps a text from being spoken and a training from going on, in Chinese: for the page, the server and bots."""

from __future__ import annotations

from ffvits.chinese.patterns import pairs

FAILURES = pairs("""
there is nothing to say in this text
    这段文字里没有可以念的内容
there is nothing to speak in this text
    这段文字里没有可以念的内容
give some Chinese words
    请写几个汉字
write words
    请写几个字
{} cannot be read in Mandarin
    {0} 不能用普通话念
also {}
    还有 {0}
write the words in Chinese characters or Latin letters
    请用汉字或拉丁字母来写
{} has no known reading
    不知道 {0} 怎么念
write its reading behind it, as in {}, or add it to the lexicon
    请把读音写在后面，如 {0}，或加进词典
{} is no reading
    {0} 不是读音
{} has {} syllables but fewer characters stand before it
    {0} 有 {1} 个音节，前面的汉字没有那么多
write pinyin with tone digits after the characters, as in 银行{hang2} or 银行{yin2 hang2}
    请在汉字后面写带声调数字的拼音，如 银行{{hang2}} 或 银行{{yin2 hang2}}
{} has the reading {}
    {0} 的读音写的是 {1}
{} is no pinyin syllable with a tone
    {0} 不是带声调的拼音
write syllables with tone digits, as in yin2 hang2
    请写带声调数字的音节，如 yin2 hang2
{}: the reading {} is for no word
    {0}：读音 {1} 前面没有词
write the word before it, as in 银行: yin2 hang2
    请把词写在前面，如 银行: yin2 hang2
{} has {} characters and {} syllables
    {0} 有 {1} 个字，却写了 {2} 个音节
write one syllable for each character
    请一个字写一个音节
{} is no break
    {0} 不是停顿
write <break time="500ms"/> or <break time="1.5s"/>, at most {} s
    请写 <break time="500ms"/> 或 <break time="1.5s"/>，最长 {0} 秒
more than {} words of the lexicon and readings in braces are in one text
    一段文字里的词典词和花括号读音超过了 {0} 个
give the text in parts
    请把文字分成几段
the symbol {} (of {}) is not in the table {}
    符号 {0}（属于 {1}）不在符号表 {2} 里
the table does not fit the front end {}
    符号表与前端 {0} 不相配
use the base's own front end
    请用底模自己的前端
this voice has no speaker {}
    这个声音没有说话人 {0}
it has: {}
    现有：{0}
leave the speaker out: it has one
    它只有一个说话人，不必写
no clip is left to train on
    没有可以训练的片段
see why each was rejected, and keep some: ffvits web {}, or clips.jsonl
    请看为什么都被拒绝，并保留一些：用 ffvits web {0} 的“审听”一页，或改 clips.jsonl
holds times that are no numbers
    里面的时间不是数
cannot be read as times
    读不出其中的时间
holds times of shape {}
    里面时间的形状是 {0}
the text has {} syllables of three times each
    文字有 {0} 个音节，每个要三个时间
make them again, or delete the file
    请重新生成，或删掉这个文件
make them again, or delete the file: training then looks for the alignment itself
    请重新生成，或删掉这个文件：训练就自己去对齐
the clip's audio is missing
    片段的声音文件不见了
cannot be read: {}
    读不出来：{0}
if ffvits made it, delete it and label again: it is made anew; otherwise export it again
    如果是 ffvits 写的，请删掉它再标注一次，会重新写出来；否则请重新导出
put it back, or give yourself the right to read it
    请放回原处，或给自己读取的权限
the cache cannot be written: {}
    缓存写不进去：{0}
free some space and run again
    请腾出空间，再来一次
the voice cannot be written: {}
    声音写不进去：{0}
free some space, end what speaks with it (a server, a bot), and run again: no step is lost
    请腾出空间，关掉正在用它的程序（服务器、机器人），再来一次：已训练的步数都在
the curves cannot be written: {}
    曲线写不进去：{0}
the checkpoint of step {} cannot be written: {}
    第 {0} 步的检查点写不进去：{1}
the earlier checkpoint is whole
    之前的检查点完好
there is no checkpoint to make a voice of
    还没有可以做成声音的检查点
train first: ffvits train RUN
    请先训练
no training state can be read here ({})
    这里读不出训练状态（{0}）
name one of the run's: {}
    请选这里有的：{0}
memory does not even hold a step on one clip ({} …)
    内存连一条片段（{0} …）的一步都放不下
label again with a lower label.segment.max_seconds, close other programs, or --device cpu
    请关掉别的程序，或用更小的 label.segment.max_seconds 重新标注，或加 --device cpu
training diverged at step {}
    训练在第 {0} 步发散了
suspect clips: {}
    可疑的片段：{0}
listen to these clips and reject them in clips.jsonl
    请听一听这些片段，有问题的就拒绝
or let it learn more gently: --set train.learning_rate={}
    或者学得慢一些：--set train.learning_rate={0}
train.guide_ends ({}) is before train.guide_holds ({})
    train.guide_ends（{0}）早于 train.guide_holds（{1}）
the guide lets go between the two: guide_holds 0.15, guide_ends 0.6
    引导在两者之间放手：guide_holds 0.15，guide_ends 0.6
train.until is minutes, and train.minutes says not how many
    train.until 是 minutes，而 train.minutes 没有写多少
say how many: --minutes 30 (on the page: the field Minutes)
    请加上 --minutes 30（在网页上，请填“分钟”一栏）
train.best_by is measures, and train.listen_every is -1: nobody listens
    train.best_by 是 measures，而 train.listen_every 是 -1：没有人听
leave train.listen_every at 0, or let train.best_by be mel
    请让 train.listen_every 为 0，或让 train.best_by 为 mel
train.replay cannot be {}
    train.replay 不能是 {0}
a share from 0 to 0.9, or -1 to leave it open
    请写 0 到 0.9 之间的份额；不指定就写 -1
train.parts: there is no part {}
    train.parts：没有部分 {0}
train.parts: {} cannot be {}
    train.parts：{0} 不能是 {1}
a number from 0 up, or: frozen
    请写 0 以上的数，或 frozen
speak.sentences: {} (in “{}”)
    speak.sentences：{0}（在“{1}”里）
write it otherwise
    请换个写法
there is no such file or folder
    没有这个文件或文件夹
check the path
    请检查路径
a run whose base was moved goes on with --base and where it lies now
    底模搬到别处了，就在终端里用 --base 和它现在的位置接着训练
there is no base named {}
    没有叫 {0} 的底模
cannot get {} of {}. Tried:{}
    下载不到 {1} 的 {0}。试过：{2}
give the same command again: it goes on where it stopped
    请再来一次：会从断开的地方接着下载
or take another base instead: mandarin-lite (in the package), or a file such as /path/G_0.pth
    或换一个底模：mandarin-lite（随程序附带），或像 /path/G_0.pth 这样的文件
take another base instead: mandarin-lite (in the package), or a file such as /path/G_0.pth
    请换一个底模：mandarin-lite（随程序附带），或像 /path/G_0.pth 这样的文件
or set HF_ENDPOINT to a mirror: {}
    或把 HF_ENDPOINT 设成镜像：{0}
or see whether HF_ENDPOINT ({}) is right
    或检查 HF_ENDPOINT（{0}）是否正确
or let it be fetched: without --offline, and without FFVITS_OFFLINE
    或允许下载：不加 --offline，也不设 FFVITS_OFFLINE
or put {} into {} by hand
    或自己把 {0} 放进 {1}
not a JSON object
    不是 JSON 对象
not a JSON object: {}
    不是 JSON 对象：{0}
not a JSON object that can be read: {}
    不是能读的 JSON 对象：{0}
written by another version of ffvits (this one reads schema {})
    是另一个版本的 ffvits 写的（这个版本读的格式号是 {0}）
not UTF-8 text (byte {})
    不是 UTF-8 文字（第 {0} 个字节处）
save the file as UTF-8 in your editor
    请在编辑器里另存为 UTF-8
the field {} is missing
    缺少 {0} 一项
unknown field {}
    没有叫 {0} 的项
known fields: {}
    可用的项：{0}
the field {} is {}
    {0} 一项不能是 {1}
the field {} must be a text, not {}
    {0} 一项要写成文字（加引号），不能是 {1}
the field {} must be a number of seconds, not {}
    {0} 一项要写秒数，不能是 {1}
the field {} must be a list, not {}
    {0} 一项要写成列表 […]，不能是 {1}
'start' {} and 'end' {} are not a stretch of time
    'start'（{0}）要从 0 起，且不能晚于 'end'（{1}）
an entry of {} must hold {}, not {}
    {0} 里的每一条要有 {1}，不能是 {2}
the field 'scores' must be an object, not {}
    'scores' 一项要写成 {{…}}，不能是 {0}
the field 'machine' must be an object of texts, not {}
    'machine' 一项要写成由文字组成的 {{…}}，不能是 {0}
the field {} holds half a character: {}
    {0} 一项里有半个字符：{1}
the id {} can be no file's name
    编号 {0} 不能用作文件名
use letters, digits, '-', '_' and '.'
    请只用字母、汉字、数字、“-”“_”和“.”
the field 'speaker' is empty
    'speaker' 一项是空的
write whose voice it is
    请写明是谁的声音
the score {} must be a number, not {}
    分数 {0} 要写成数，不能是 {1}
mend the line
    请改好这一行
mend the line, or delete the file to label again
    请改好这一行，或删掉这个文件重新标注
the id {} stands in line {} already
    编号 {0} 在第 {1} 行已经有了
delete one of the two
    请删掉其中一行
this machine has no {}
    这台机器没有 {0}
on a graphics card a larger Whisper costs little, and mostly mishears less: --whisper large-v3
    有显卡时用大一些的 Whisper 花不了多少时间，通常听错得更少：--whisper large-v3
the graphics card is not used: {}
    没有用上显卡：{0}
to use it: {}
    要用它：{0}
the graphics card cannot be used: {}
    显卡用不了：{0}
torch {} computes on the processor alone
    装的 torch {0} 只会用处理器
{}: torch {} computes on the processor alone
    {0}：装的 torch {1} 只会用处理器
where there should be a graphics card, see whether nvidia-smi lists it: else its driver is missing
    如果应该有显卡，请看 nvidia-smi 能否列出它：列不出就是缺驱动
CUDA_VISIBLE_DEVICES hides the graphics cards from ffvits
    CUDA_VISIBLE_DEVICES 让 ffvits 看不到显卡
restart the machine or container, and see whether nvidia-smi shows the card
    请重启机器或容器，再用 nvidia-smi 看看显卡在不在
end what else computes on it (nvidia-smi lists that), or name another card (--device cuda:1)
    请结束占用它的其他程序（nvidia-smi 能列出），或者换一张卡（--device cuda:1）
faster-whisper cannot use the graphics card: {}
    faster-whisper 用不了显卡：{0}
the processor writes what it hears, slower
    改由处理器写出文字，会慢一些
there is not enough memory: {}
    内存（显存）不够：{0}
end other programs, take a smaller Whisper or batch, or compute on the processor (--device cpu)
    请关掉其他程序，换小一号的 Whisper 或更小的批，或者在处理器上算（--device cpu）
there is not enough memory for Whisper to hear a clip
    内存（显存）不够，Whisper 连一个片段也听不了
take a smaller Whisper (--whisper base), or hear on the processor (--device cpu)
    换小一号的 Whisper（--whisper base），或者在处理器上听（--device cpu）
device cannot be {}
    设备不能是 {0}
unknown key {}
    没有叫 {0} 的项
or, if a newer ffvits made this run, update ffvits
    如果这个文件夹是新版 ffvits 做的，就请更新 ffvits
did you mean {}?
    是不是想写 {0}？
No space left on device
    磁盘满了
free some space, and give the same command again
    请腾出空间，再来一次
id {} was {}, and is gone
    编号 {0} 原是 {1}，已经不在
see /voice/speakers
    请看 /voice/speakers
id {} does not exist
    没有编号 {0}
there are {}: see /voice/speakers
    一共有 {0} 个：请看 /voice/speakers
there is no voice here yet
    这里还没有声音
finish one: ffvits auto ./raw_clips
    先做一个：ffvits auto ./raw_clips
several voices have a speaker {}
    好几个声音都有说话人 {0}
say {}
    请写 {0}
one of: {}
    可选：{0}
there is no format {}
    没有格式 {0}
{} is not installed on this server
    这台服务器没有安装 {0}
ask for another: wav, mp3, flac, opus
    请换一种：wav、mp3、flac、opus
pip install {}
    请运行：pip install {0}
the API key is missing or wrong
    没有密钥，或密钥不对
send it as {}, {} or {}
    请这样发送：{0}、{1} 或 {2}
the body is larger than {} bytes
    请求超过了 {0} 字节
send a shorter text
    请发短一些的文字
the body did not arrive
    请求没有发完
send it again
    请再发一次
more than {} requests a minute
    一分钟里超过了 {0} 个请求
wait {} s
    请等 {0} 秒
the text has {} characters, more than {}
    文字有 {0} 个字，超过了 {1} 个
cut it at a full stop and send the parts one after the other
    请在句号处分开，一段一段地发
the text is not UTF-8
    文字不是 UTF-8
send it in UTF-8
    请用 UTF-8 发送
send it in UTF-8, in an address as %E4%BD%A0
    请用 UTF-8 发送，在网址里写成 %E4%BD%A0
the breaks of the text last {} s together, more than {}
    文字里的停顿一共 {0} 秒，超过了 {1} 秒
the voices are still being loaded
    声音还在载入
no voice can speak yet
    还没有能说话的声音
try again soon
    请过一会儿再试
ask again
    请过一会儿再请求
the body is not JSON
    请求不是 JSON
{} requests are waiting already
    已有 {0} 个请求在排队
not spoken within {} s
    {0} 秒内没有念出来
try again, or a shorter text
    请再试一次，或发短一些的文字
""")
