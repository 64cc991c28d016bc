"""What the labeller says of a clip, in Chinese; `clips.jsonl` keeps the words it was given.

`{}` stands for what was measured or quoted; in the Chinese `{0}` is the first of them. A test asks for a line here for
everything that the labeller can say.
"""

from __future__ import annotations

from ffvits.chinese.patterns import pairs

# By the code of a reason: for what an older or newer ffvits says in other words.
CODES = {
    "too-short": "太短",
    "too-long": "太长",
    "silence": "没有声音",
    "no-speech": "没有人说话",
    "unreadable": "读不出来",
    "empty": "空文件",
    "clipped": "削顶失真",
    "hallucination": "识别出的字没有人说过",
    "other-language": "不是中文",
    "other-speaker": "是另一个人",
    "overlap": "两人同时说话",
    "duplicate": "重复",
    "quality": "音质差",
    "uncertain": "听不清",
    "rate": "语速不可能",
    "mismatch": "与文稿不符",
    "doubtful": "文字存疑",
    "person": "人工拒绝",
    "covered": "在改过的片段周围",
    "gone": "声音已被删除",
    "soundless": "没有声音",
}

_STATUS = {"keep": "保留", "reject": "拒绝", **{f"reject ({code})": f"拒绝（{name}）" for code, name in CODES.items()}}
# What labelling again would change of a clip: a field, and what it comes to.
CHANGED = {
    **_STATUS,
    **{f"{english}:": f"{told}：" for english, told in _STATUS.items()},
    "status:": "状态：",
    "speaker:": "说话人：",
    "review:": "存疑：",
}

# Two lines each: the English, and the Chinese below it.
SENTENCES = pairs("""
the recording is another than when you edited this clip
    录音已不是你修改这一条时的那个文件
a clip that you edited lies in it and stays; {} s of speech around that are left out
    其中有你改过的片段，予以保留；其余 {0} 秒未采用
cut it by hand in ffvits web, or delete the line of your clip and label again
    请在 ffvits web 中手动切分，或删除你那一条所在的行后重新标注
its sound was deleted, and the recording is cut otherwise now
    它的声音已被删除，而录音现在切法不同
it was set to keep, but no sound could be had from its recording
    它被设为保留，但录音里取不出声音
put a recording that can be read in its place, or set it to reject
    请换上能读的录音，或将其设为拒绝
put audio/ back and set it to keep, or delete its line and label again
    请恢复 audio/ 文件夹并将其设为保留，或删除该行后重新标注
{} s of sound are too few to learn from
    只有 {0} 秒，太短，学不到东西
record whole sentences, or lower label.screen.min_seconds (it is {})
    请录整句话，或调低 label.screen.min_seconds（现为 {0}）
record whole sentences, or lower label.segment.min_seconds (it is {}) and, if that is above it, label.screen.min_seconds
    请录整句话，或调低 label.segment.min_seconds（现为 {0}），label.screen.min_seconds 若更高也一并调低
it lasts {} s, which is too long for one clip
    有 {0} 秒，作为一个片段太长
lower label.segment.max_seconds, or raise label.screen.max_seconds (it is {}), or cut it by hand
    调低 label.segment.max_seconds，或调高 label.screen.max_seconds（现为 {0}），或手动拆分
nothing is to be heard in it
    里面什么也听不到
remove it, or record it again
    删掉，或重新录制
nobody speaks in it: music or noise
    没有人说话，只有音乐或噪声
remove it
    删掉即可
{} of it is cut off at full scale
    {0} 的采样削顶
record again with less gain, or find a version that is not distorted
    调低增益重录，或找没有失真的版本
it sounds bad: DNSMOS {} of 5, at least {} is wanted
    音质差：DNSMOS {0} 分（满分 5），至少要 {1}
try --separator demucs, or lower label.screen.min_quality
    试试 --separator demucs，或调低 label.screen.min_quality
use a cleaner recording, or lower label.screen.min_quality
    换更干净的录音，或调低 label.screen.min_quality
two people speak at once in it ({}, at most {} is allowed)
    有两个人同时说话（{0}，最多允许 {1}）
if it is one voice, set it to keep, or raise label.screen.max_overlap
    如果只有一个人，就保留它，或调高 label.screen.max_overlap
a second voice may be in it ({})
    可能还有另一个人的声音（{0}）
speaker {} ({} clip{}), not {}: likeness {}, at least {} is wanted
    说话人 {0}（{1} 条），不是 {3}：相似度 {4}，至少要 {5}
another speaker, or {} in a short or bad recording: likeness {}, {} would be sure
    是另一个人，或是太短或录得不好的 {0}：相似度 {1}，到 {2} 才能确定
if it is the same person, set it to keep, or lower label.screen.min_similarity
    如果是同一个人，就保留它，或调低 label.screen.min_similarity
the same recording as {} at {} s
    与 {0} 第 {1} 秒处是同一段录音
none is needed
    不用处理
{} is spoken: “{}”
    说的是 {0}：“{1}”
another language is spoken: “{}”
    说的不是中文：“{0}”
English is spoken: “{}”
    说的是英语：“{0}”
Japanese is spoken: “{}”
    说的是日语：“{0}”
Korean is spoken: “{}”
    说的是韩语：“{0}”
French is spoken: “{}”
    说的是法语：“{0}”
German is spoken: “{}”
    说的是德语：“{0}”
Russian is spoken: “{}”
    说的是俄语：“{0}”
remove it, or set it to keep and write its text in Chinese characters
    删掉，或保留它并用汉字写出内容
the recogniser understands nothing in it
    识别器一个字也没听出来
“{}” is what recognisers write when nobody speaks
    “{0}”：没有人说话时识别器常写的话
“{}” is what recognisers write when little is said
    “{0}”：话很少时识别器常写的话
“{}” over and over: the recogniser was caught in a loop
    反复出现“{0}”：识别器陷入了循环
the recogniser was caught in a loop: “{}”
    识别器陷入了循环：“{0}”
somebody speaks in {} of its {} s only
    {1} 秒里只有 {0} 秒有人说话
the recogniser thinks that nobody speaks ({})
    识别器认为没有人说话（{0}）
if somebody does speak, write the text and set it to keep
    如果确实有人说话，就写出内容并保留
{} characters in {} s of speech ({} a second): words are missing or invented
    {1} 秒里有 {0} 个字（每秒 {2} 个）：缺字或多字
“{}” is not sure enough: {}, at least {} is wanted
    “{0}”不够可靠：{1}，至少要 {2}
heard as “{}”, and otherwise when cleaned more or less ({} alike)
    听成“{0}”，换一种处理后听得不一样（{1} 相同）
listen, mend the text and set it to keep
    听一遍，改好文字，再保留
listen, mend the text and set it to keep, or use a larger --whisper
    听一遍，改好文字，再保留；或换更大的 --whisper
listen, mend the text and set it to keep, or set label.screen.doubtful to keep
    听一遍，改好文字，再保留；或把 label.screen.doubtful 设为 keep
heard otherwise when cleaned more or less ({} alike)
    换一种处理后听得不一样（{0} 相同）
what is said may as well be “{}”
    说的也可能是“{0}”
“{}” hardly fits the sound ({})
    “{0}”与声音不太相符（{1}）
its transcript says “{}”, but “{}” is heard ({} alike)
    文稿写的是“{0}”，听到的是“{1}”（{2} 相同）
correct the transcript, or write the right text and set it to keep
    改正文稿，或写出正确的文字并保留
its transcript says something else than is heard ({} alike)
    文稿与听到的不一样（{0} 相同）
“{}” of its transcript is not among the words that are heard
    文稿里的“{0}”没有听到
this folder cannot be opened
    打不开这个文件夹
you may not read this file
    没有权限读这个文件
give yourself the right to read it
    请给自己读取权限
the file is empty: 0 bytes
    文件是空的：0 字节
copy or export it again
    重新复制或导出
if a player plays it, convert it to WAV; otherwise copy or export it again
    如果播放器能放，请转成 WAV；否则重新复制或导出
music removed
    去除了音乐
noise removed
    去除了噪声
late echo removed
    去除了混响
DNSMOS {} → {}, what was removed {} dB against the voice
    DNSMOS {0} → {1}，去掉的部分比人声 {2} dB
set to reject in the label file
    在标注文件里设为拒绝
set aside by a person
    由人设为拒绝
this is not a regular file
    这不是普通文件
put a recording in its place
    换成录音文件
the link leads nowhere
    链接指向的文件不存在
the file is gone
    文件不见了
put it back, or remove the link
    放回文件，或删掉链接
the system cannot read it: {}
    系统读不了它：{0}
its header says {} samples a second in {} channels, which cannot be speech
    文件头写着每秒 {0} 个采样、{1} 个声道，不可能是语音
export it again, at 16000 samples a second or more
    重新导出，每秒至少 16000 个采样
libsndfile does not read it ({})
    libsndfile 读不了它（{0}）
no decoder understands it (libsndfile: {}; FFmpeg: {})
    没有解码器认得它（libsndfile: {0}；FFmpeg: {1}）
no decoder understands it ({})
    没有解码器认得它（{0}）
it is a voice message of WeChat or QQ (SILK), which no decoder here understands
    这是微信或 QQ 的语音（SILK），这里没有解码器认得它
convert it to WAV (the package pilk does)
    请转换成 WAV（可用 pilk 包）
there are no samples in it
    里面没有采样
it has no sound track
    里面没有音轨
export it with its sound
    导出时带上声音
the format of its sound track is not known
    音轨的格式无法识别
it changed while it was read
    读取时文件变了
wait until it is written, and run again
    等文件写完后再运行
it was not read: the run was stopped
    没有读它：运行被停止了
its decoder was not done after {} s
    解码 {0} 秒还没有完成
its decoder crashed (exit code {})
    解码程序崩溃（退出码 {0}）
""")

# What was done to a clip: the English of a note, and below it what kind of thing that is, without its figures.
NOTES = pairs("""
{}, {} kHz, {}, {} s
    原格式
brought to {} LUFS ({} dB)
    调到统一响度
noise removed by DeepFilterNet3 ({})
    用 DeepFilterNet3 去除了噪声
noise was left in: there is no filter for it here
    噪声保留：这里没有去噪模型
noise was left in: the filter would have taken the voice with it
    噪声保留：去噪会伤到人声
music removed by {}
    去除了音乐
not searched for music: no separator is in reach
    没有找音乐：没有可用的分离模型
late echo removed by WPE
    用 WPE 去除了混响
cut peaks restored: {} of it
    修复了削顶
nothing above {} kHz: it sounds like a telephone
    频带窄，像电话音
cut where somebody speaks: there was no pause
    没有停顿，在说话处切开
words from its transcript ({} of the syllables are heard)
    文字取自文稿
words of its copy {}
    文字取自同一录音的另一份（有文稿）
understood best {} (sure: {})
    多次识别，取最可靠的一次
not said as often as was written: “{}”
    没说这么多遍，识别器多写了：“{0}”
another hearing: {}
    另一种听法
sounds like {}
    听起来是另一种语言
numbers read as the sound has them: “{}”, not “{}”
    数字按实际读音写出
cut out by a person
    人工拆分
joined by a person
    人工合并
the centre of {} channels was taken, where films put speech
    多声道中取了中置声道
sound track {} of {} was taken: it is marked as Chinese
    采用了 {1} 条音轨中的第 {0} 条：它标为中文
the first of {} sound tracks was taken: none is marked as Chinese
    采用了 {0} 条音轨中的第一条：没有一条标为中文
channel {} was taken alone: the channels are out of phase and cancel
    声道反相，只取了一个声道
{} samples that are no numbers (NaN, infinite) were set to silence
    无效采样设为静音
a constant offset of {} of full scale was removed
    去除了直流偏移
peaks above full scale (by {} dB) were scaled down to it
    超过满幅的峰值已缩小
the file is cut off: {} of the promised samples are missing
    文件不完整
what follows is damaged ({})
    后面的部分已损坏
{} damaged packets were left out
    略去了损坏的数据
""")

SCORES = {
    "source_rate": "原采样率",
    "channels": "声道",
    "bits": "位深",
    "bandwidth_hz": "频带上限（Hz）",
    "level_db": "电平（dB）",
    "music": "音乐占比",
    "speech_seconds": "说话秒数",
    "snr_db": "信噪比（dB）",
    "removed_db": "去掉的噪声（dB）",
    "clipped": "削顶占比",
    "asr_confidence": "识别可靠度",
    "no_speech": "无人说话的可能",
    "compression": "文字重复度",
    "chinese": "中文的可能",
    "agreement": "两次识别一致度",
    "weakest": "最不符的字",
    "transcript_match": "与文稿一致度",
    "transcript_fit": "文稿与声音相符度",
    "voiced_seconds": "有人声的秒数",
    "overlap": "两人同时说话的可能",
    "quality": "音质（DNSMOS）",
    "quality_speech": "人声质量",
    "quality_background": "背景质量",
    "quality_before": "处理前音质",
    "characters_per_second": "每秒字数",
    "likeness": "与角色相似度",
}
