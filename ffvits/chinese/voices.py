"""What the terminal says of bases, of what is fetched and what is exported, in Chinese."""

from __future__ import annotations

from ffvits.chinese.patterns import pairs

# Which base, and which of its voices a new one starts from.
_CHOSEN = pairs("""
the base is empty
    底模一项是空的
leave it out, or name one of: auto, {}
    请去掉这一项，或写其中之一：auto, {0}
names: {}; or give a G_*.pth or a folder
    可用的名字：{0}；也可以写 G_*.pth 或文件夹的路径
{} is not here yet
    {0} 还没有下载
it is fetched by its first use, as in: ffvits say 你好 --voice {}
    第一次使用时会自动下载，例如：ffvits say 你好 --voice {0}
{} is not to be had ({}); using {}
    {0} 下载不到（{1}），改用 {2}
{} is not to be had ({}: offline); using {}
    {0} 没有下载过（{1}：现在不联网），改用 {2}
{} is not to be had ({}: no answer within {} s); using {}
    {0} 下载不到（{1}：{2} 秒内没有回应），改用 {3}
{} is not to be had ({}: the host's name cannot be resolved (no network?)); using {}
    {0} 下载不到（{1}：无法解析域名，没有联网？），改用 {2}
a base by its address needs a name by which it is kept
    用网址指定底模时，要起个名字，好把它存下来
write it behind one: mine@{}
    请把网址写在名字后面：mine@{0}
{} is no address: {}
    {0} 不是网址：{1}
write NAME@https://…/G_0.pth
    请写成 名字@https://…/G_0.pth
write {}@https://…/G_0.pth
    请写成 {0}@https://…/G_0.pth
{} is no name of `ffvits bases`, so the address must be that of its generator
    `ffvits bases` 里没有 {0}，所以网址要指向它的生成器文件
{} cannot be the name of a base
    {0} 不能用作底模的名字
use letters, digits, '-', '_' and '.', a letter first
    请只用字母、汉字、数字、“-”“_”和“.”，并以字母或汉字开头
{} is the name of something else that ffvits fetches
    {0} 这个名字，ffvits 已用于另一个下载项
choose another name
    请换个名字
or delete {}, and it is fetched again
    或删掉 {0}，下次会重新下载
there is no generator (G_*.pth or .safetensors) in this folder
    这个文件夹里没有生成器（G_*.pth 或 .safetensors）
which of these is the generator? {}
    生成器是其中哪一个？{0}
name the file itself
    请直接指定那个文件
here are: {}
    这里有：{0}
here are: no files
    这里没有文件
{} holds {} generators; taking {}
    {0} 里有 {1} 个生成器，采用 {2}
this is a discriminator, not a voice
    这是判别器，不是声音
name the generator (G_*.pth) beside it
    请改用它旁边的生成器（G_*.pth）
the discriminator beside the base cannot be used: {}
    底模旁边的判别器不能用：{0}
the discriminator beside the base cannot be used: it is a generator
    底模旁边的判别器不能用：它其实是生成器
the discriminator beside the base cannot be used: {} of {} tensors hold NaN or infinity, first {}: {}
    底模旁边的判别器不能用：{1} 个张量中有 {0} 个含有 NaN 或无穷大（第一个是 {2}）
remove it (training then starts a fresh one), or get it again
    请删掉它（训练会另做一个新的），或重新下载
this base is the run's own voice, which training would overwrite
    这个底模就是该运行文件夹自己的声音，训练会覆盖它
leave --base as it was to go on training
    要接着训练，就让 --base 保持原样
or take another run folder, or what was exported
    或换一个运行文件夹，或改用导出的声音
this base lies where pretrain writes its own in the end, and could not be gone on from after that
    这个底模放在 pretrain 最后写出结果的地方，写完之后就无法再从它继续
copy {} out of the run folder, and name the copy
    请把 {0} 复制到运行文件夹外面，再指定那份副本
train.start_from is {}, and {} has a single voice
    train.start_from 写的是 {0}，但 {1} 只有一个声音
leave train.start_from out
    请去掉 train.start_from
train.start_from is {}, and {} has no such voice
    train.start_from 写的是 {0}，但 {1} 里没有这个声音
did you mean {}? it has: {}; or auto, nearest, mean
    是不是想写 {0}？现有：{1}；也可以写 auto、nearest、mean
it has: {}; or auto, nearest, mean
    现有：{0}；也可以写 auto、nearest、mean
Nearest voice
    寻找最接近的声音
{} has one voice only
    {0} 只有一个声音
leave the choice of a starting voice out
    请不要指定起始声音
no clips to judge the voices by
    没有可以用来比较声音的片段
give a few clips of the new speaker
    请给出新说话人的几条片段
{} cannot speak Mandarin
    {0} 不会说普通话
name a starting voice, or take the mean
    请指定一个起始声音，或用平均值（mean）
""")

# How a base is changed for the new voices; the second half stands in the table of what became of it.
_CHANGED = pairs("""
a base cannot be given a {} decoder
    不能给底模换上 {0} 解码器
use a base that has one
    请用本来就有这种解码器的底模
a speaker vector of {} values cannot hold {} voices of {} without changing them
    {0} 维的说话人向量放不下 {1} 个 {2} 维的声音，除非改变它们
keep gin_channels at {}, or name at most {} voices
    请让 gin_channels 保持 {0}，或最多指定 {1} 个声音
ffvits has no front end for the symbols of {}
    ffvits 没有适合 {0} 的符号的前端
give it another table (symbols=…): its voice is kept, its symbols are replaced
    请换一张符号表（symbols=…）：声音保留，符号替换
the speaker {} is named twice
    说话人 {0} 写了两次
give every voice its own name
    请给每个声音起不同的名字
the new symbol table is empty
    新的符号表是空的
name a table of ffvits.text
    请用 ffvits.text 里的符号表
{} has {} speakers, and none was named
    {0} 有 {1} 个说话人，却一个也没有指定
name at least one voice
    请至少指定一个声音
the base has no voice {} to start from
    底模里没有可以当起点的声音 {0}
it has: {}, or: mean
    现有：{0}，也可以写 mean
{}: {} is {} and should be {}
    {0}：{1} 的形状是 {2}，应该是 {3}
{} has {}, which the model has not
    {0} 里多出了 {1}，模型里没有它
run `ffvits inspect` on it
    请用 `ffvits inspect` 查看它
copied
    复制
moved
    移动
created
    新建
dropped
    去掉
as in the base
    与底模相同
another symbol table
    换了符号表
{} from row {}
    {0} 来自第 {1} 行
{} from the mean of {} voices
    {0} 取 {1} 个声音的平均值
{} from the mean of {} voices …
    {0} 取 {1} 个声音的平均值 …
{} from the mean of all symbols
    {0} 取所有符号的平均值
{} from the mean of all symbols …
    {0} 取所有符号的平均值 …
{} from the voice {}
    {0} 取自声音 {1}
the former decoder
    原来的解码器
a harmonic decoder, and what reads the pitch for it
    谐波解码器，以及为它读音高的部分
never used: no speakers
    从未用过：没有说话人
speaker layers, starting at zero
    说话人层，从零开始
speaker layers, starting at zero (their length weight_g is zero)
    说话人层，从零开始（它们的长度 weight_g 为零）
one vector of about length 1 for each new speaker
    每个新说话人一个长度约为 1 的向量
voices of the base not asked for
    用不到的底模声音
rows by name
    按名字排列各行
zeros added: nothing changes
    补零：什么也没有变
projected onto the space of the voices: nothing changes for them
    投影到这些声音所在的空间：对它们什么也没有变
""")

# What is fetched, and from where.
_FETCHED = pairs("""
Downloading {}
    正在下载 {0}
trying again in {} s
    {0} 秒后重试
{}: no answer within {} s; trying again in {} s
    {0}：{1} 秒内没有回应；{2} 秒后重试
{}: nothing arrived for {} s; trying again in {} s
    {0}：{1} 秒没有收到数据；{2} 秒后重试
{}: the connection broke: {}; trying again in {} s
    {0}：连接断了（{1}）；{2} 秒后重试
{}: the connection ended after {} of {} bytes; trying again in {} s
    {0}：收到 {1} / {2} 字节后连接断了；{3} 秒后重试
{}: the host's name cannot be resolved (no network?); trying again in {} s
    {0}：无法解析域名（没有联网？）；{1} 秒后重试
{}: no secure connection: {}; trying again in {} s
    {0}：无法建立安全连接（{1}）；{2} 秒后重试
{}: no connection: {}; trying again in {} s
    {0}：连不上（{1}）；{2} 秒后重试
asked through the proxy {} of your settings (HTTPS_PROXY): see whether it runs and lets you in{}
    走的是设置里的代理 {0}（HTTPS_PROXY）：请看它是否开着、是否放行{1}
the proxy {} speaks SOCKS, which is not supported: set HTTPS_PROXY to {}, such as http://127.0.0.1:7890{}
    代理 {0} 用的是 SOCKS，这里不支持：请把 HTTPS_PROXY 设成同一程序的 HTTP 端口，例如 http://127.0.0.1:7890{2}
{} is out of reach ({})
    {0} 连不上（{1}）
{} is out of reach ({}
    {0} 连不上（{1}
{} is out of reach ({}; the proxy {} speaks SOCKS, which is not supported: set HTTPS_PROXY to {})
    {0} 连不上（代理 {2} 用的是 SOCKS，这里不支持：请把 HTTPS_PROXY 设成同一程序的 HTTP 端口，例如 http://127.0.0.1:7890）
{} is out of reach (no answer within {} s; asked through the proxy {} of your settings {})
    {0} 连不上（{1} 秒内没有回应；走的是设置里的代理 {2}，请看它是否开着、是否放行）
{} is out of reach (the host's name cannot be resolved (no network?))
    {0} 连不上（无法解析域名，没有联网？）
{} is out of reach (no connection: {})
    {0} 连不上（{1}）
{} is out of reach (no connection: {}; asked through the proxy {} of your settings {})
    {0} 连不上（{1}；走的是设置里的代理 {2}，请看它是否开着、是否放行）
Waiting for another download of {}
    正在等另一个程序下载完 {0}
Fetching {} with pip
    正在用 pip 下载 {0}
{} is damaged or of another version; fetching it again
    {0} 已损坏或版本不对，重新下载
going on without {}: {}
    跳过 {0}，继续进行：{1}
going on without {}: cannot get {} of {}. Tried:{}
    没有下载到 {0}，跳过它继续进行。试过：{3}
no {} beside it ({})
    旁边没有 {0}（{1}）
{} could not be verified (nobody has published its sha256); taken on trust and remembered
    {0} 无法校验（没有人公布过它的 sha256）；这次先信任它，并记了下来
{} of {} could not be verified (nobody has published its sha256); taken on trust and remembered as {}…
    {1} 的 {0} 无法校验（没有人公布过它的 sha256）；这次先信任它，记为 {2}…
cannot get {} ({} MB) of {}. Tried:{}
    下载不到 {2} 的 {0}（{1} MB）。试过：{3}
set HF_ENDPOINT to a mirror: {}
    请把 HF_ENDPOINT 设成镜像：{0}
see whether HF_ENDPOINT ({}) is right
    请检查 HF_ENDPOINT（{0}）是否正确
let it be fetched: without --offline, and without FFVITS_OFFLINE
    请允许下载：不加 --offline，也不设 FFVITS_OFFLINE
put {} into {} by hand
    请自己把 {0} 放进 {1}
no room for {} of {}: {}
    磁盘放不下 {1} 的 {0}：{2}
no room for {} of {}: {} has {} MB free and {} MB are needed
    磁盘放不下 {1} 的 {0}：{2} 还剩 {3} MB，需要 {4} MB
free some space, or set FFVITS_HOME to a folder on a larger disk
    请腾出空间，或把 FFVITS_HOME 设成更大磁盘上的文件夹
the cache cannot be used: {}
    缓存无法使用：{0}
free some space, give yourself the right to read and write, or set FFVITS_HOME to another folder
    请腾出空间，给自己读写权限，或把 FFVITS_HOME 设成别的文件夹
the manifest has no entry {}
    清单里没有 {0}
known: {}
    现有：{0}
{}: {} has no source of kind {}
    {0}：{1} 没有 {2} 这种来源
{} stands for another address already: {}
    {0} 已经对应另一个网址：{1}
give this one another name (OTHER@{}), or delete the folder
    请给这一个另起名字（新名字@{0}），或删掉这个文件夹
pretrained_manifest.yaml is missing from this installation
    安装好的 ffvits 里缺少 pretrained_manifest.yaml
install ffvits again: pip install --force-reinstall ffvits
    请重新安装：pip install --force-reinstall ffvits
cannot read the manifest: {}
    清单读不出来：{0}
this is a CTranslate2 {}, not a Whisper model
    这是 CTranslate2 的 {0}，不是 Whisper 模型
{} is quantised; openai-whisper needs float16 or float32 weights
    {0} 是量化过的；openai-whisper 要 float16 或 float32 的权重
use the engine faster-whisper with this model
    请用 faster-whisper 引擎加载这个模型
""")

# Why a source could not serve a file: what stands behind "Tried:", and in brackets.
_REFUSED = pairs("""
offline
    现在不联网
no answer within {} s
    {0} 秒内没有回应
the host's name cannot be resolved (no network?)
    无法解析域名（没有联网？）
no secure connection: {}
    无法建立安全连接：{0}
no connection: {}
    连不上：{0}
nothing arrived for {} s
    {0} 秒没有收到数据
the connection broke: {}
    连接断了：{0}
the connection ended after {} of {} bytes
    收到 {0} / {1} 字节后连接断了
too slow: {} bytes/s over {} s
    太慢：{1} 秒内平均每秒 {0} 字节
HTTP {}, come again in {} s
    HTTP {0}，{1} 秒后可以再来
the server sent it packed ({}), although it was asked not to
    服务器发来的是压缩过的（{0}），而这里要的是原样
the server announces {} bytes instead of {}
    服务器说有 {0} 字节，应为 {1}
the server announces {} bytes instead of {} (a web page)
    服务器说有 {0} 字节，应为 {1}（是个网页）
the server sent more than the {} bytes it should
    服务器发来的超过了应有的 {0} 字节
the server sent a web page instead of the file (a login, a block or an error page)
    服务器发来的是网页，不是文件（登录页、拦截页或错误页）
the server sent a Git LFS pointer instead of the file
    服务器发来的是 Git LFS 指针，不是文件
the server answered with another range than the one asked for
    服务器给的不是所要的那一段
{} bytes came instead of {}
    收到 {0} 字节，应为 {1}
an empty file came
    收到的是空文件
wrong content: sha256 {} instead of {}
    内容不对：sha256 是 {0}，应为 {1}
another file than at the first download (sha256 {} instead of {})
    与第一次下载的不是同一个文件（sha256 是 {0}，原为 {1}）
delete {} to accept it{}
    如果确认要用新的，请删掉 {0}{1}
what came is no {}: {}
    收到的不是 {0}：{1}
{} is not to be had either ({})
    {0} 也下载不到（{1}）
{} is no address of the web
    {0} 不是网址
pip took longer than {} s for {}
    pip 下载 {1} 超过了 {0} 秒
pip could not get {}: {}
    pip 下载不到 {0}：{1}
pip could not get {}: this Python has no pip (python -m ensurepip brings it)
    pip 下载不到 {0}：这个 Python 没有 pip（运行 python -m ensurepip 就有了）
""")

# What is exported, and what a program cannot take: with the target before it, and the cure behind it.
_EXPORTED = pairs("""
there is no target {}
    没有导出格式 {0}
there is no precision {}
    没有精度 {0}
choose of {}
    可选：{0}
this is a file, and exports need a folder
    这是个文件，而导出要写进文件夹
this folder is itself an export
    这个文件夹本身就是导出来的
export the run it came from
    请从它原来的运行文件夹导出
cannot be written: {}
    写不进去：{0}
choose another --out
    请换一个 --out
free some space, or choose another --out
    请腾出空间，或换一个 --out
{}choose another --out
    {0}请换一个 --out
{}: this held an export of {}, which is replaced
    {0}：原来是 {1} 的导出，已经替换
{}: what lay here was no export's, and is now {}
    {0}：原来在这里的不是导出的文件，已改名为 {1}
lexicon
    词典
words
    个词
{}: these programs know HiFi-GAN's decoder only, {} — train from a base with a published decoder, such as biaobei
    {0}：这些程序只认 HiFi-GAN 解码器，而这个声音用的是底模的谐波解码器；请改用解码器公开的底模（如 biaobei）来训练
{}: piper puts a blank between all phonemes; this voice was trained without — use --to onnx
    {0}：piper 在每个音素之间都加空白，而这个声音训练时没有加；请用 --to onnx
exporting to ONNX needs the package onnx
    导出 ONNX 需要程序包 onnx
{}: another ffvits is exporting to here — wait for it, or stop it
    {0}：另一个 ffvits 正在往这里导出；请等它做完，或把它停下
{}: the base that this run is trained from lies here, and its training would begin afresh — choose another --out, as {}
    {0}：这里是本次训练所用的底模，覆盖了就得从头训练；请换一个 --out，如 {1}
{}: this network is not of an export that ffvits knows of, {} — move it away, or choose another --out
    {0}：ffvits 没有导出过这个网络，别的程序可能误以为它是这个声音的；请移走它，或换一个 --out
""")

VOICES = {**_CHOSEN, **_CHANGED, **_FETCHED, **_REFUSED, **_EXPORTED}
