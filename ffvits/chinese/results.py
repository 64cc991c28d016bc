"""What the command line's results say, in Chinese: outlooks, verdicts on folders, lists of bases, how texts are read."""

from __future__ import annotations

from ffvits.chinese.patterns import pairs

RESULTS = pairs("""
files
    文件
{} audio or video, {} min
    音频或视频 {0} 个，{1} 分钟
{} that are no recordings
    另有 {0} 个不是录音
formats
    格式
speakers
    说话人
base
    底模
{}, on cpu
    {0}，在 cpu 上
{}, on cuda
    {0}，在 cuda 上
{}, on cuda:{}
    {0}，在 cuda:{1} 上
{}, on mps
    {0}，在 mps 上
run
    运行文件夹
downloads
    要下载
not here, and nothing may be fetched (offline):
    这里没有，又不许下载（离线）：
of a size that is not known:
    大小不明：
none: everything needed is here
    不用：需要的都在
takes
    要多久
otherwise
    不然
mandarin-lite, if {} cannot be fetched: about {} min to train
    下载不到 {0} 就用 mandarin-lite：训练约 {1} 分钟
mandarin-lite, if {} cannot be fetched: about {} h to train
    下载不到 {0} 就用 mandarin-lite：训练约 {1} 小时
about {} min to label, about {} min to train {} steps (estimates; downloads aside)
    标注约 {0} 分钟，训练 {2} 步约 {1} 分钟（估计，不含下载）
about {} min to label, about {} min to train (estimates; downloads aside)
    标注约 {0} 分钟，训练约 {1} 分钟（估计，不含下载）
about {} min to label, about {} h to train {} steps (estimates; downloads aside)
    标注约 {0} 分钟，训练 {2} 步约 {1} 小时（估计，不含下载）
about {} min to label, about {} h to train (estimates; downloads aside)
    标注约 {0} 分钟，训练约 {1} 小时（估计，不含下载）
about {} h to label, about {} min to train {} steps (estimates; downloads aside)
    标注约 {0} 小时，训练 {2} 步约 {1} 分钟（估计，不含下载）
about {} h to label, about {} min to train (estimates; downloads aside)
    标注约 {0} 小时，训练约 {1} 分钟（估计，不含下载）
about {} h to label, about {} h to train {} steps (estimates; downloads aside)
    标注约 {0} 小时，训练 {2} 步约 {1} 小时（估计，不含下载）
about {} h to label, about {} h to train (estimates; downloads aside)
    标注约 {0} 小时，训练约 {1} 小时（估计，不含下载）
GO: about {} min of usable speech
    可以做：可用的语音约 {0} 分钟
NO-GO: about {} min of usable speech
    还不能做：可用的语音约 {0} 分钟
recordings
    录音
{}, {} min
    {0} 个，{1} 分钟
{} listened into
    听了其中 {0} 个
{} unreadable
    {0} 个读不出
voices
    声音
too few to tell
    太少，说不准
{} ({} of the speech)
    {0} 个（各占 {1}）
quality
    音质
DNSMOS {} of 5
    DNSMOS {0}（满分 5）
nothing wrong
    没有问题
music in {}
    {0} 个有音乐
noise in {}
    {0} 个有噪声
clipped in {}
    {0} 个爆音
sounds bad in {}
    {0} 个音质差
narrow band in {}
    {0} 个频带窄
no speech in {}
    {0} 个没有人声
record more: {} min of speech is the least, {} min makes a good voice
    请多录一些：至少要 {0} 分钟，{1} 分钟能做出好声音
{} min more would make it better: whole sentences, questions and exclamations too
    再录 {0} 分钟会更好：要整句，也要疑问句和感叹句
the voice heard most has {} of the speech, the others are set aside: one folder per speaker, or label.screen.speakers: auto
    最常听到的声音占 {0}，其余会放到一边：请一人一个文件夹，或设 label.screen.speakers: auto
music in {} of {}: record without music, or try --separator demucs
    {1} 个里有 {0} 个有音乐：请录没有音乐的，或试试 --separator demucs
noise in {} of {}: record nearer to the microphone, in a quieter room
    {1} 个里有 {0} 个有噪声：请在安静的房间里靠近话筒录
clipped in {} of {}: record with less gain
    {1} 个里有 {0} 个爆音：请调低录音音量
sounds bad in {} of {}: use recordings of better quality
    {1} 个里有 {0} 个音质差：请用音质更好的录音
narrow band in {} of {}: use recordings of 16 kHz or more: the voice will sound like a telephone
    {1} 个里有 {0} 个频带窄：请用 16 kHz 以上的录音，否则声音会像电话
no speech in {} of {}: remove what holds no speech
    {1} 个里有 {0} 个没有人声：请把它们拿走
name
    名字
language
    语言
rate
    采样率
symbols
    符号
front end
    前端
size
    大小
here
    本机
yes
    有
no
    无
one
    单人
none
    无
shipped
    自带
Small single-speaker Mandarin base, shipped inside ffvits
    小型单人普通话底模，ffvits 自带
Small single-speaker Mandarin base, shipped inside ffvits. 6.74 M parameters with a harmonic decoder, which learns without a discriminator.
    小型单人普通话底模，ffvits 自带。674 万参数，谐波解码器，训练不需要判别器。
Licence: development base
    许可：开发用底模
the corpus behind its training speech is, to our knowledge, for non-commercial use.
    据我们所知，其训练语音背后的语料只供非商业使用。
Biaobei, single-speaker Mandarin at the published size
    标贝，单人普通话，原版大小
Biaobei, single-speaker Mandarin at the published size. Plain pypinyin in letters, syllables separated by spaces, tones 1-5 as digits, no tone sandhi.
    标贝，单人普通话，原版大小。拼音字母，音节间有空格，声调写作数字 1-5，不变调。
Licence: the hub's card says apache-2.0
    许可：发布页写的是 apache-2.0
the corpus behind it is, to our knowledge, for non-commercial use.
    据我们所知，背后的语料只供非商业使用。
187 Chinese voices at 16 kHz (the "C" base of VITS-fast-fine-tuning)
    187 个中文声音，16 kHz（VITS-fast-fine-tuning 的“C”底模）
187 Chinese voices at 16 kHz (the "C" base of VITS-fast-fine-tuning). Bopomofo through jieba and pypinyin. 16 kHz, so nothing above 8 kHz.
    187 个中文声音，16 kHz（VITS-fast-fine-tuning 的“C”底模）。经 jieba 和 pypinyin 的注音符号。16 kHz，所以没有 8 kHz 以上的声音。
the voices' own licences are not stated.
    各个声音自己的许可没有说明。
999 game voices in Chinese, Japanese and English (the "CJE" base of VITS-fast-fine-tuning)
    999 个中日英游戏声音（VITS-fast-fine-tuning 的“CJE”底模）
999 game voices in Chinese, Japanese and English (the "CJE" base of VITS-fast-fine-tuning). Mostly Japanese speech; Chinese fine-tunes of it are often heard with a Japanese accent.
    999 个中日英游戏声音（VITS-fast-fine-tuning 的“CJE”底模）。大多是日语；用它微调的中文常带日本腔。
Licence: not stated
    许可：没有说明
voices of game characters.
    是游戏角色的声音。
804 game voices in Chinese and Japanese (the "CJ" base of VITS-fast-fine-tuning)
    804 个中日游戏声音（VITS-fast-fine-tuning 的“CJ”底模）
804 game voices in Chinese and Japanese (the "CJ" base of VITS-fast-fine-tuning). The config names 804 speakers; the pruned generator is about 1 MB smaller than that needs, so the weights decide.
    804 个中日游戏声音（VITS-fast-fine-tuning 的“CJ”底模）。配置里写 804 个说话人，精简后的生成器却小了约 1 MB，所以以权重为准。
174 Mandarin voices of AISHELL-3 at 16 kHz, trained with vits_chinese
    AISHELL-3 的 174 个普通话声音，16 kHz，用 vits_chinese 训练
174 Mandarin voices of AISHELL-3 at 16 kHz, trained with vits_chinese. Initials and toned finals with pauses, 219 symbols, no blank between symbols. Both files still hold their optimizer.
    AISHELL-3 的 174 个普通话声音，16 kHz，用 vits_chinese 训练。声母和带调韵母，有停顿，219 个符号，符号间没有空白。两个文件里还有优化器。
Licence: the hub's card says apache-2.0 (AISHELL-3 is Apache-2.0).
    许可：发布页写的是 apache-2.0（AISHELL-3 是 Apache-2.0）。
The published English single-speaker VITS (LJ Speech)
    原版英语单人 VITS（LJ Speech）
The published English single-speaker VITS (LJ Speech). English IPA symbols. As a base for Mandarin its symbols are replaced, so it lends its voice production, not its speech.
    原版英语单人 VITS（LJ Speech）。英语国际音标。当普通话底模时要换掉符号，所以只借它的发声，不借它的语言。
Licence: MIT code
    许可：代码为 MIT
LJ Speech is in the public domain.
    LJ Speech 属于公有领域。
The published English VITS with 109 voices (VCTK)
    原版英语 VITS，109 个声音（VCTK）
The published English VITS with 109 voices (VCTK). English IPA symbols. As a base for Mandarin its symbols are replaced, so it lends its voice production, not its speech.
    原版英语 VITS，109 个声音（VCTK）。英语国际音标。当普通话底模时要换掉符号，所以只借它的发声，不借它的语言。
VCTK is CC-BY-4.0.
    VCTK 是 CC-BY-4.0。
Whisper {} for {}
    {1} 用的 Whisper {0}
Hybrid Transformer Demucs, four stems
    Hybrid Transformer Demucs，四轨
Hybrid Transformer Demucs, four stems, without a pickle
    Hybrid Transformer Demucs，四轨，不含 pickle
Spleeter 2 stems (vocals, accompaniment) as torch checkpoints
    Spleeter 两轨（人声、伴奏），torch 格式
Resemblyzer speaker encoder (GE2E, 256 values per voice)
    Resemblyzer 说话人编码器（GE2E，每个声音 256 个数）
file:
    文件：
kind:
    种类：
dialect:
    写法：
symbols:
    符号：
front end:
    前端：
speakers:
    说话人：
sampling rate:
    采样率：
container:
    容器：
epoch:
    轮数：
optimizer:
    优化器：
parameters:
    参数：
gin channels:
    说话人通道：
hop:
    帧移：
256 samples
    256 个采样点
assumed:
    推定：
notes:
    备注：
config:
    配置：
known as:
    就是：
generator
    生成器
unknown
    没有识别出来
other
    其他
{} (not recognised)
    {0}（没有识别出来）
original
    原版 VITS
discriminator
    判别器
inside
    在里面
not known
    不知道
usable: yes
    能用：是
usable: no
    能用：否
text:
    文字：
clean:
    清理：
normalize:
    转写：
words:
    分词：
pinyin:
    拼音：
ids:
    编号：
{}: written in braces
    {0}：写在花括号里
{}: your lexicon
    {0}：你的词典
{}: the list of readings
    {0}：读音表
{}: a family name
    {0}：姓氏
{}: the polyphone model
    {0}：多音字模型
{}: the phrase dictionary
    {0}：短语词典
{}: the character's only or first reading
    {0}：这个字唯一或首要的读音
{}: a letter's name
    {0}：字母名
{}: a Latin word, read
    {0}：拉丁词，拼读
{} (character {}) ({}) is not spoken
    {0}（第 {1} 个字，{2}）不念
{} is markup and not spoken
    {0}是排版记号，记号不念
{} is a comment of the markup and not spoken
    {0}是标记语言的注释，不念
{} is the address of a link and not spoken
    {0}是链接的网址，不念
{} is a box of a list and not spoken
    {0}是列表里的方框，不念
{} is the fence of a listing and not spoken
    {0}是代码块的围栏，不念
{} is the time of a subtitle or of a line that is sung and not spoken
    {0}是字幕或歌词的时间，不念
{} is the mark of a footnote and not spoken
    {0}是脚注的记号，不念
{} is a code of QQ bots and not spoken
    {0} 是 QQ 机器人的代码，不念
{} is a mark of the language and not spoken
    {0}是语言标记，不念
{} is an emote and not spoken
    {0}是表情，不念
{} is an emoticon and not spoken
    {0}是颜文字，不念
{} is a command of LaTeX and not spoken
    {0} 是 LaTeX 命令，不念
{}: the suffix 子
    {0}：后缀“子”
{}: erhua
    {0}：儿化
{}: g2pW
    {0}：g2pW
front end {}, table {} ({} symbols, {}), a blank (id 0) before, between and after
    前端 {0}，符号表 {1}（{2} 个符号，{3}），前后和之间有空白（编号 0）
front end {}, table {} ({} symbols, {}), no blanks
    前端 {0}，符号表 {1}（{2} 个符号，{3}），没有空白
report: {} ({} MB)
    报告：{0}（{1} MB）
Permission denied
    没有权限
File too large
    文件太大，这个磁盘放不下
No such file or directory
    没有这个文件或文件夹
Is a directory
    这是一个文件夹
Not a directory
    这不是文件夹
File exists
    那里已经有一个文件
File name too long
    文件名太长
Cannot allocate memory
    内存不够
Connection reset by peer
    连接被对方断开
Input/output error
    磁盘读写出错
nothing would change
    不会有任何改动
{} changes
    会有 {0} 处改动
""")
