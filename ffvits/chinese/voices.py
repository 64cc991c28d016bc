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

# What a checkpoint is, and why it can be no base.
_EXAMINED = pairs("""
the checkpoint is a folder
    检查点是个文件夹
the checkpoint does not exist
    检查点不存在
the checkpoint may not be opened
    没有权限打开检查点
check its permissions
    请检查它的权限
the file is damaged or ends too early: {}
    文件已损坏或不完整：{0}
the file is empty
    文件是空的
the file has only {} bytes
    文件只有 {0} 字节
this is a plain pickle, not a file of torch.save
    这是普通的 pickle，不是 torch.save 写的文件
this is a web page, not weights: the download got a login or an error page
    这是网页，不是权重：下载到的是登录页或错误页
this is a Git LFS pointer: the weights themselves were not downloaded
    这是 Git LFS 指针：权重本身没有下载下来
this is a packed archive (rar or 7z), not weights
    这是压缩包（rar 或 7z），不是权重
unpack it, and name the checkpoint (G_*.pth) that was in it
    请解压，再指定里面的检查点（G_*.pth）
this is JSON text, not weights
    这是 JSON 文本，不是权重
name the checkpoint (G_*.pth) that it lies beside
    请指定它旁边的检查点（G_*.pth）
this is a GPT-SoVITS model (its first two bytes are a version code): another architecture
    这是 GPT-SoVITS 模型（开头两个字节是版本号）：架构不同
use a VITS checkpoint: GPT-SoVITS speaks from semantic tokens and has no text encoder of symbols
    请用 VITS 的检查点：GPT-SoVITS 靠语义 token 说话，没有读符号的文本编码器
this is an exported ONNX graph, which cannot be trained further
    这是导出的 ONNX，不能接着训练
download it again (`ffvits bases` lists bases that are checked), or name another file
    请重新下载（`ffvits bases` 里的底模都会校验），或换一个文件
this zip holds no weights of torch (it holds {} …)
    这个 zip 里没有 torch 的权重（里面有 {0} …）
unpack it, and name {}
    请解压，再指定 {0}
somebody packed this zip again with compression, and torch never compresses
    这个 zip 被人重新压缩过，而 torch 写的从不压缩
unpack it and pack it without compression (zip -0 -r), or get the original file
    请解压后以不压缩方式重新打包（zip -0 -r），或找原来的文件
its pickle claims {} MB
    它的 pickle 自称有 {0} MB
its tensors claim {} MB of numbers and the file has {}
    它的张量自称有 {0} MB 数据，而文件只有 {1} MB
this is neither a file of torch.save nor a safetensors file
    这既不是 torch.save 写的文件，也不是 safetensors 文件
its header says {} bytes and the file has {}
    文件头写着 {0} 字节，而文件只有 {1} 字节
the safetensors file is damaged: {}
    这个 safetensors 文件已损坏：{0}
the safetensors file holds no tensors
    这个 safetensors 文件里没有张量
this is a training state of ffvits, not a voice
    这是 ffvits 的训练状态，不是声音
name its run folder instead: the best of its states is the voice that is finished there
    请改为指定它的运行文件夹：其中最好的状态就是那里做成的声音
it holds a {}, and no weights in it
    里面是 {0}，没有权重
it holds a {} with the keys {}, and no weights in it
    里面是 {0}（键：{1}），没有权重
loading it would call {}, which weights do not need; it was not opened
    加载它会调用 {0}，而权重用不着这个，所以没有打开
loading it would call {}, which weights do not need; it was not opened (it looks like {}: {})
    加载它会调用 {0}，而权重用不着这个，所以没有打开（看样子是 {1}：{2}）
ask its author for a .safetensors, or for torch.save of the state dict alone
    请向作者要一份 .safetensors，或只含 state dict 的 torch.save 文件
Piper reads espeak's phonemes, for which ffvits has no Mandarin front end
    Piper 读的是 espeak 的音素，ffvits 没有对应的普通话前端
the transformers port of VITS has other names and layers
    transformers 版的 VITS 参数名和层都不一样
Coqui TTS has other names and its own table of characters
    Coqui TTS 的参数名不一样，字符表也是它自己的
it speaks from BERT features and styles: another architecture
    它靠 BERT 特征和风格说话（Style-Bert-VITS2）：架构不同
it speaks from tones, languages and BERT features: another architecture
    它靠声调、语言和 BERT 特征说话（Bert-VITS2）：架构不同
GPT-SoVITS speaks from semantic tokens: another architecture
    GPT-SoVITS 靠语义 token 说话：架构不同
it needs BERT prosody vectors for every symbol
    它的每个符号都需要 BERT 韵律向量
it needs an emotion vector for every sentence
    它的每句话都需要情感向量
it converts voices (RVC) and has no text encoder
    它是变声模型（RVC），没有文本编码器
it converts singing voices and has no text encoder
    它是歌声转换模型（so-vits-svc），没有文本编码器
its parameters are not those of a VITS model
    它的参数不是 VITS 模型的
use a checkpoint of the original VITS family
    请用原版 VITS 一系的检查点
use a checkpoint of the original VITS family; `ffvits bases` lists some
    请用原版 VITS 一系的检查点；`ffvits bases` 列出了一些
`ffvits bases` lists some
    `ffvits bases` 列出了一些
{} is {}; weights to train from are floating-point numbers
    {0} 是 {1}，而训练用的权重要是浮点数
{} is a shape without values; weights to train from are floating-point numbers
    {0} 只有形状没有数值，而训练用的权重要是浮点数
{} is stored as {}; weights to train from are floating-point numbers
    {0} 的存储方式是 {1}，而训练用的权重要是普通的浮点数
{} is made of {}; weights to train from are floating-point numbers
    {0} 的数据类型是 {1}，而训练用的权重要是浮点数
use the checkpoint that it was made from
    请用它原来的检查点
the checkpoint holds {} twice, once as {}
    检查点里有两份 {0}，其中一份叫 {1}
use the file it was made from
    请用它原来的文件
the parameter {} is missing
    缺少参数 {0}
use a complete generator (G_*.pth)
    请用完整的生成器（G_*.pth）
its shapes are not those of a VITS generator ({})
    它的形状不是 VITS 生成器的（{0}）
it is a discriminator, but not the published one: {}
    它是判别器，但不是公开的那一种：{0}
leave it out: training then starts a fresh one and warms it up
    请去掉它：训练会另做一个新的，并先预热
{} of {} tensors hold NaN or infinity, first {}: training had diverged
    {1} 个张量中有 {0} 个含有 NaN 或无穷大（第一个是 {2}）：训练已经发散
use an earlier checkpoint of that training
    请用那次训练更早的检查点
the posterior encoder (enc_q) was cut out, so this checkpoint can speak but not be trained further
    后验编码器（enc_q）被去掉了，所以这个检查点能说话，但不能接着训练
use the checkpoint it was exported from
    请用导出前的检查点
it is not a plain VITS generator: {}
    它不是普通的 VITS 生成器：{0}
it is not a plain VITS generator: {} is missing
    它不是普通的 VITS 生成器：缺少 {0}
it is not a plain VITS generator: {} is missing (and {} more)
    它不是普通的 VITS 生成器：缺少 {0}（另有 {1} 处）
it is not a plain VITS generator: {} is not part of it
    它不是普通的 VITS 生成器：多出了 {0}
it is not a plain VITS generator: {} is not part of it (and {} more)
    它不是普通的 VITS 生成器：多出了 {0}（另有 {1} 处）
it is not a plain VITS generator: {} is {} instead of {}
    它不是普通的 VITS 生成器：{0} 的形状是 {1}，而不是 {2}
it is not a plain VITS generator: {} is {} instead of {} (and {} more)
    它不是普通的 VITS 生成器：{0} 的形状是 {1}，而不是 {2}（另有 {3} 处）
""")

# The config.json beside a checkpoint, and whether the two belong together.
_CONFIGS = pairs("""
cannot read the config: {}
    配置文件读不出来：{0}
{}: cannot read the config: {}
    {0}：配置文件读不出来：{1}
the config is not JSON: {}
    配置文件不是 JSON：{0}
{}: the config is not JSON: {}
    {0}：配置文件不是 JSON：{1}
fix that line
    请改好那一行
fix it
    请改好它
fix or remove it
    请改好或删掉它
this is not the config of a VITS model
    这不是 VITS 模型的配置文件
{}: this is not the config of a VITS model
    {0}：这不是 VITS 模型的配置文件
name its config.json
    请指定它的 config.json
the config holds something that does not belong there: {}
    配置文件里有不该有的东西：{0}
{}: the config holds something that does not belong there: {}
    {0}：配置文件里有不该有的东西：{1}
symbols is {}, and must be a list
    symbols 写的是 {0}，应该是列表
use the config.json that came with the checkpoint
    请用与检查点配套的 config.json
this JSON has neither a `data` nor a `model` section, so it is no config of a VITS model
    这个 JSON 里既没有 `data` 也没有 `model` 一节，所以不是 VITS 模型的配置文件
{}: this JSON has neither a `data` nor a `model` section, so it is no config of a VITS model
    {0}：这个 JSON 里既没有 `data` 也没有 `model` 一节，所以不是 VITS 模型的配置文件
name the config.json that was used for training
    请指定训练时用的 config.json
which of these is its config? {}
    它的配置文件是其中哪一个？{0}
{}: which of these is its config? {}
    {0}：它的配置文件是其中哪一个？{1}
call that one {}
    请把正确的那个改名为 {0}
these weights do not fit the configuration: {}
    这些权重与配置不符：{0}
the weights do not fit the configuration at {}
    权重与配置在 {0} 处不符
use the config they came with
    请用与权重配套的配置文件
use the config of this checkpoint
    请用这个检查点的配置文件
use the config that this checkpoint was trained with
    请用这个检查点训练时的配置文件
use the config of this checkpoint; {} symbols is the size of {}
    请用这个检查点的配置文件；{0} 个符号的表有 {1}
use the config that came with this checkpoint (or none: {} is known)
    请用与这个检查点配套的配置文件（不用也行：{0} 是已知的）
save the unfused model
    请保存未融合的模型
the model has {} symbols and {} speakers; {} and {} were named
    模型有 {0} 个符号、{1} 个说话人，给出的却是 {2} 个和 {3} 个
name each symbol and each speaker, in the order of their rows
    请按行的顺序写出每个符号和每个说话人
weights do not show their sampling rate, and there is no config that states it
    从权重看不出采样率，也没有写明它的配置文件
put its config.json beside it
    请把它的 config.json 放在旁边
the config's hop_length is {} and its upsample_rates {} make {}
    配置文件的 hop_length 是 {0}，而 upsample_rates {1} 相乘是 {2}
the config's filter_length {} gives {} bins and the weights read {}
    配置文件的 filter_length {0} 对应 {1} 个频点，而权重读的是 {2} 个
the config says {} Hz and {} was trained at {} Hz
    配置文件写的是 {0} Hz，而 {1} 是用 {2} Hz 训练的
the weights show {} = {} and the config says {}
    从权重看 {0} = {1}，而配置文件写的是 {2}
the checkpoint has {} symbols and the config lists {}: this is what others report as {}
    检查点有 {0} 个符号，配置文件却列了 {1} 个：就是常见的报错 {2}
which {} symbols it knows is stated nowhere, and the number alone does not decide
    哪里都没有写明它用的是哪 {0} 个符号，单凭个数无法确定
which {} symbols it knows is stated nowhere, and the number alone does not decide; tables of that size: {}
    哪里都没有写明它用的是哪 {0} 个符号，单凭个数无法确定；这么大的表有：{1}
put its config.json (with `symbols`) beside it; the wrong order of the same symbols gives gibberish
    请把它的 config.json（含 `symbols`）放在旁边；符号相同但顺序不对，声音就会胡言乱语
the config has the same {} symbols as {} in another order: {} ids differ
    配置文件的 {0} 个符号与 {1} 相同，但顺序不同：有 {2} 个编号不一样
{}: the config has the same {} symbols as {} in another order: {} ids differ
    {0}：配置文件的 {1} 个符号与 {2} 相同，但顺序不同：有 {3} 个编号不一样
the config's symbols are not those of {}: {} of {} ids differ
    配置文件的符号不是 {0} 的：{2} 个编号中有 {1} 个不一样
both load without an error, and the wrong one speaks gibberish
    两种都能加载而不报错，用错了声音就会胡言乱语
the checkpoint has {} speakers and the config names {}
    检查点有 {0} 个说话人，配置文件列出了 {1} 个名字
{}: the checkpoint has {} speakers and the config names {}
    {0}：检查点有 {1} 个说话人，配置文件列出了 {2} 个名字
the checkpoint has {} speakers and the config says {}
    检查点有 {0} 个说话人，配置文件写的是 {1} 个
{}: the checkpoint has {} speakers and the config says {}
    {0}：检查点有 {1} 个说话人，配置文件写的是 {2} 个
the config's model section has {}, which plain VITS has not
    配置文件的 model 一节里有 {0}，普通的 VITS 没有这些
{}: the config's model section has {}, which plain VITS has not
    {0}：配置文件的 model 一节里有 {1}，普通的 VITS 没有这些
{}: there is no Mandarin front end for the table {}
    {0}：符号表 {1} 没有对应的普通话前端
{}: there is no Mandarin front end that writes this unknown table
    {0}：不认识这张符号表，没有与它对应的普通话前端
there is no Mandarin front end for the table {}
    符号表 {0} 没有对应的普通话前端
there is no Mandarin front end that writes this unknown table
    不认识这张符号表，没有与它对应的普通话前端
as a base, give it another table: its symbols are then replaced, its voice is kept
    当底模时请换一张符号表：符号替换，声音保留
nothing to do if the weights load; they decide
    只要权重能加载就不用管；以权重为准
make sure that this config came with this checkpoint
    请确认这个配置文件与这个检查点配套
the others are known by number (#{} …); check that the config belongs to it
    其余的用编号称呼（#{0} …）；请确认配置文件与它配套
the checkpoint's number is used
    以检查点的个数为准
names brought to the original form
    参数名已换成原版的写法
{} tensors of lower precision widened to float32
    {0} 个低精度的张量已转成 float32
{} fused convolutions split into length and direction again
    {0} 个融合的卷积已重新拆成长度和方向
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
{}: exporting to ONNX needs the package onnx — pip install "ffvits[export]"
    {0}：导出 ONNX 需要程序包 onnx；请运行：pip install "ffvits[export]"
{}: another ffvits is exporting to here — wait for it, or stop it
    {0}：另一个 ffvits 正在往这里导出；请等它做完，或把它停下
{}: this network is not of an export that ffvits knows of, {} — move it away, or choose another --out
    {0}：ffvits 没有导出过这个网络，别的程序可能误以为它是这个声音的；请移走它，或换一个 --out
""")

VOICES = {**_CHOSEN, **_CHANGED, **_EXAMINED, **_CONFIGS, **_FETCHED, **_REFUSED, **_EXPORTED}
