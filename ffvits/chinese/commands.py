"""The command line in Chinese: what its --help says, and what is wrong with arguments."""

from __future__ import annotations

from ffvits.chinese.patterns import pairs

COMMANDS = pairs("""
usage:
    用法：
options
    选项
positional arguments
    参数
examples:
    示例：
From a folder of raw recordings of a character to a voice that speaks Chinese.
    把一个角色的原始录音文件夹，变成能说中文的声音。
verbs (each has --help with examples)
    命令（每个都有 --help，附示例）
show this help message and exit
    显示这份说明
show program's version number and exit
    显示版本号
recordings in, a speaking voice out: label, train, report
    放进录音，得到会说话的声音：标注、训练、报告
cut, clean, transcribe and screen recordings, without training
    只切分、清理、转写、筛选录音，不训练
listen into a folder for half a minute: can a voice be made of it?
    花半分钟听一听这个文件夹：能不能做出声音？
train a labelled run folder, or go on training it; writes the report too
    训练已标注的运行文件夹，或接着训练；同时写出报告
train a base from a labelled corpus of one or many voices
    用已标注的语料（一个或多个声音）训练底模
speak a text with a finished voice, or with a base that is one
    用做好的声音（或本身就是声音的底模）念一段文字
write a finished voice for other programs
    把做好的声音导出给别的程序
speak over HTTP: OpenAI's and vits-simple-api's endpoints, for every voice in a folder
    通过 HTTP 说话：文件夹里的每个声音都有 OpenAI 和 vits-simple-api 的接口
one page for a run: review its clips, train, listen
    一个运行文件夹的网页：检查片段、训练、试听
measure a voice: is it clear, native, like the speaker, clean and fast
    给声音打分：清不清楚、地不地道、像不像本人、干不干净、快不快
put voices side by side: one table, one page to listen and to vote
    并排比较几个声音：一张表，一个试听和投票的网页
show how a text is read: each step from characters to symbols
    看一段文字怎么读：从汉字到符号的每一步
say what a checkpoint is, and whether it can be a base
    看一个检查点是什么，能不能当底模
list the bases that ffvits knows
    列出 ffvits 认识的底模
show results and errors only
    只显示结果和错误
the folder of raw recordings
    原始录音的文件夹
a character's recipe; the flags below override it
    一个角色的配方；下面的选项优先于它
how to train; the run's own recipe says the rest; the flags below override it
    怎样训练的配方，其余照运行文件夹里的配方；下面的选项优先于它
the voice to start from: a name of `ffvits bases`, a G_*.pth, or a folder
    底模：`ffvits bases` 里的名字、G_*.pth 或文件夹
the character's name (a folder that holds one speaker)
    角色的名字（文件夹里只有一个说话人时）
the run folder (default: runs/<speaker>)
    运行文件夹（默认：runs/<speaker>）
flat: one speaker; folders: one folder per speaker
    flat：只有一个说话人；folders：每个文件夹一个说话人
what removes music: auto, demucs or spleeter
    用什么去掉音乐：auto、demucs 或 spleeter
faster-whisper or openai-whisper; ray labels on a Ray cluster
    faster-whisper 或 openai-whisper；ray 表示在 Ray 集群上标注
what hears the voice as it learns: faster-whisper or openai-whisper
    训练中用什么来听：faster-whisper 或 openai-whisper
the size of the Whisper that hears it: tiny, base, small, medium, large-v3 …
    用来听的 Whisper 的大小：tiny、base、small、medium、large-v3 …
Whisper size: tiny, base, small, medium, large-v3 …
    Whisper 的大小：tiny、base、small、medium、large-v3 …
optimizer steps (default: chosen by the number of clips and the device)
    训练步数（默认：按片段数和设备决定）
stop training after so many minutes
    训练多少分钟后停止
clips per step
    每步用多少个片段
auto, cpu, cuda or mps
    auto、cpu、cuda 或 mps
start of every random choice
    随机种子
never download
    绝不下载
any field of the recipe, by its dotted name
    配方里的任何一项，用带点的名字
ingest … screen, train or report
    做到哪一步：ingest … screen、train 或 report
say what would be done, and do nothing
    只说会做什么，不动手
print the outcome as JSON
    用 JSON 输出结果
label only, look at clips.jsonl, run again without --until
    只标注；看过 clips.jsonl 后，去掉 --until 再运行
by the workers of a Ray cluster (RAY_ADDRESS)
    由 Ray 集群的进程来做（RAY_ADDRESS）
what that would change, and change nothing
    看看会改变什么，什么也不改
show what labelling again would change, and change nothing
    看看重新标注会改变什么，什么也不改
print the findings as JSON
    用 JSON 输出结论
which pleases more than the best by the looks
    比检查选出的最好一步更中意
train nothing; write the voice of a step whose checkpoint is there (400), or of the best so far (best)
    不训练，只写出某一步的声音：有检查点的步数（400），或目前最好的（best）
edited since
    之后改过的配方
a run folder that holds clips.jsonl
    有 clips.jsonl 的运行文件夹
a run folder that holds the corpus and its clips.jsonl
    放着语料和 clips.jsonl 的运行文件夹
what to say
    要念的文字
what to read
    要读的文字
read the text from a file, or what subtitles and lyrics say (- for standard input)
    从文件读文字，字幕和歌词也行（- 表示标准输入）
a run folder, its voice/ folder, or a base (%(default)s)
    运行文件夹、其中的 voice/，或底模（%(default)s）
a run folder, its voice/ folder, or a base
    运行文件夹、其中的 voice/，或底模
a run folder, a voice/ folder, or a base
    运行文件夹、voice/ 文件夹，或底模
which speaker of a voice that has several
    声音有几个说话人时，选哪一个
the file to write: wav or flac (%(default)s)
    写到哪个文件：wav 或 flac（%(default)s）
2 speaks twice as fast
    2 表示快一倍
variety of the voice; lower is steadier
    声音的变化，越小越稳
variety of the rhythm; lower is steadier
    节奏的变化，越小越稳
the same seed gives the same samples
    种子相同，声音就相同
seconds of silence after a sentence
    句子后面停几秒
default: what the voice's folder holds
    默认：看声音的文件夹里有什么
auto, cpu, cuda or mps (%(default)s)
    auto、cpu、cuda 或 mps（%(default)s）
original, onnx, piper, bundle (see docs/exports.md), or all
    original、onnx、piper、bundle（见 docs/exports.md），或 all
a training state of the run (400, step-00000400.pt), not its voice
    用运行文件夹里的某个检查点（400、step-00000400.pt），而不是做好的声音
the folder for the exports (default: RUN/exports)
    导出到哪个文件夹（默认：RUN/exports）
of the ONNX files: float32, float16 or int8 (%(default)s)
    ONNX 文件的精度：float32、float16 或 int8（%(default)s）
print what was written as JSON
    用 JSON 输出写了什么
with FFVITS_API_KEY set
    先设好 FFVITS_API_KEY
a folder of runs, a run, or a voice folder
    装着运行文件夹的文件夹、一个运行文件夹，或声音文件夹
the address to listen at (%(default)s: this machine only)
    监听的地址（%(default)s：只限本机）
the port to listen at (%(default)s)
    监听的端口（%(default)s）
let in only who sends it (or: FFVITS_API_KEY)
    只接待带着这个密钥的请求（或用 FFVITS_API_KEY）
requests a minute for each client (0: any number)
    每个客户端每分钟的请求数（0：不限）
requests admitted at once (%(default)s)
    同时接受的请求数（%(default)s）
seconds that a request may wait (%(default)s)
    一个请求最多等几秒（%(default)s）
characters of one request (%(default)s)
    一个请求最多几个字（%(default)s）
whose pages may use it, as https://example.org, once for each (default: with a key anybody's, else none)
    哪些网站的网页可以用它，如 https://example.org，每个写一次（默认：有密钥时不限，否则都不行）
requests spoken at once (0: one for each core)
    同时念几个请求（0：每个核一个）
phrases computed in one batch (0: as the device likes it)
    一批算几句（0：由设备决定）
a run folder
    运行文件夹
do not open the page
    不打开网页
a training state of the run (step-*.pt) instead of its finished voice
    用某个检查点（step-*.pt）代替做好的声音
the base to compare with (default: the run's own; or none)
    与哪个底模比较（默认：这次训练的底模；none 表示不比）
where evaluation/ is written (default: the run folder)
    evaluation/ 写到哪里（默认：运行文件夹）
how many of the 100 test sentences (%(default)s)
    用 100 句测试句中的几句（%(default)s）
start of every random choice (%(default)s)
    随机种子（%(default)s）
read as this voice does, by its own lexicon: a run, an export or a base
    照这个声音的读法，包括它自己的词典：运行文件夹、导出的或底模
of the summary (left out: the terminal's)
    总结用的语言（不写则与终端相同）
print the figures as JSON
    用 JSON 输出数值
run folders, voice/ folders or bases
    运行文件夹、voice/ 文件夹或底模
train the run's clips briefly on each of these: biaobei,cje,mandarin-lite
    用这些底模各训练一小会儿：biaobei,cje,mandarin-lite
steps of each such training (%(default)s)
    每个底模训练几步（%(default)s）
only count what listeners saved on the page
    只统计听众在网页上保存的投票
the folder to write (%(default)s)
    写到哪个文件夹（%(default)s）
how a base wants its text (%(default)s)
    底模要哪种前端（%(default)s）
show every step
    显示每一步
write the symbols as other programs take ready text
    按别的程序接受的写法输出符号
a .pth, .pt, .ckpt or .safetensors; a folder, or a name of `ffvits bases`
    .pth、.pt、.ckpt 或 .safetensors，文件夹，或 `ffvits bases` 里的名字
the config.json that should belong to it
    应该属于它的 config.json
print the list as JSON
    用 JSON 输出列表
argument {}: invalid choice: {}
    {0} 不能是 {1}
argument {}: expected one argument
    {0} 后面要有一个值
argument {}: expected at least one argument
    {0} 后面至少要有一个值
argument {}: invalid int value: {}
    {0} 要是整数，不能是 {1}
argument {}: invalid float value: {}
    {0} 要是数字，不能是 {1}
argument {}: ignored explicit argument {}
    {0} 不带值，不能写 {1}
ambiguous option: {} could match {}
    {0} 不明确，可能是 {1}
the following arguments are required: {}
    缺少参数：{0}
see: {}
    请看：{0}
did you mean {}? one of: {}
    是不是想写 {0}？可选：{1}
did you mean {}? see: {}
    是不是想写 {0}？请看：{1}
did you mean {}? {}
    是不是想写 {0}？{1}
one of: {}
    可选：{0}
stopped
    已停止
the same command goes on from here
    再运行同一条命令，就从这里接着做
""")
