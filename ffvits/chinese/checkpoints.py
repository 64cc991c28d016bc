"""What a checkpoint and the config.json beside it are, and why they can be no base, in Chinese."""

from __future__ import annotations

from ffvits.chinese.patterns import pairs

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
it is a discriminator, but not the published one: {} is missing
    它是判别器，但不是公开的那一种：缺少 {0}
it is a discriminator, but not the published one: {} is not part of it
    它是判别器，但不是公开的那一种：多出了 {0}
it is a discriminator, but not the published one: {} is {} instead of {}
    它是判别器，但不是公开的那一种：{0} 的形状是 {1}，而不是 {2}
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
use the config of this checkpoint; tables of {} symbols: {}
    请用这个检查点的配置文件；{0} 个符号的表：{1}
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

CHECKPOINTS = {**_EXAMINED, **_CONFIGS}
