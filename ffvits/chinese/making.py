"""What the terminal says of runs and trainings, and what keeps them from going on, in Chinese."""

from __future__ import annotations

from ffvits.chinese.patterns import pairs

# `ffvits.auto`, `ffvits.run`, what a disk refuses, and the tables of a batch.
_RUNS = pairs("""
Done
    完成
voice:  {}
    声音：{0}
report: {}
    报告：{0}
speak:  ffvits say "你好" --voice {}
    说话：ffvits say "你好" --voice {0}
Voice {} of {}: {}
    第 {0} 个声音（共 {1} 个）：{2}
Batch
    批量制作
recipe
    配方
kept
    留下
took
    用时
result
    结果
failed: {}
    失败：{0}
a batch takes several recipes
    批量制作要给出多份配方
give a list of them, or let `make_voice` make the one
    请写成列表；只有一份就用 `make_voice`
bases takes several names
    bases 要给出多个名字
give a list: bases=[{}]
    请写成列表：bases=[{0}]
{} and {} would share one run folder
    {0} 和 {1} 会用同一个运行文件夹
give each its own with out:
    请用 out: 给每份配方指定各自的文件夹
base {}: {}
    选用底模 {0}：{1}
base {}: CER {}, tone errors {}
    选用底模 {0}：字错误率 {1}，声调错误率 {2}
base {}: CER {}, tone errors {}, similarity {}
    选用底模 {0}：字错误率 {1}，声调错误率 {2}，相似度 {3}
of {} of {} bases that are clear and native enough, the most alike
    {1} 个底模里有 {0} 个足够清楚、地道，其中它最像本人
no folder of recordings is named
    没有指定录音文件夹
ffvits auto ./raw_clips, or input: in the recipe
    请运行 ffvits auto ./raw_clips，或在配方里写 input:
the folder of recordings {}
    录音文件夹有问题：{0}
the folder of recordings is a file
    这是一个文件，不是录音文件夹
the folder of recordings does not exist
    没有这个录音文件夹
in double quotes YAML takes \\n and \\t for special signs: use single quotes, or write /
    双引号里的 \\n、\\t 在 YAML 里是特殊符号：请改用单引号，或把 \\ 写成 /
this is a run folder, not one of recordings
    这是运行文件夹，不是录音文件夹
to train it, or go on: ffvits train {}
    要训练或接着训练：ffvits train {0}
to label again: ffvits auto {}
    要重新标注：ffvits auto {0}
the run would lie among its own recordings
    运行文件夹和录音文件夹是同一个
another folder for it: --out runs/{}
    请另选运行文件夹：--out runs/{0}
this run was made of {}, not of {}
    这个运行文件夹是用 {0} 做的，不是用 {1}
{}: this run was made of {}, not of {}
    {0}：这个运行文件夹是用 {1} 做的，不是用 {2}
this run's speaker is {}, not {}
    这个运行文件夹的说话人是 {0}，不是 {1}
{}: this run's speaker is {}, not {}
    {0}：这个运行文件夹的说话人是 {1}，不是 {2}
{} will show in the clips when they are labelled again: {}
    {0} 要重新标注才会体现在片段里：{1}
{} is a new run, though {} was made of the same recordings
    {0} 是新的运行文件夹，而 {1} 也是用这些录音做的
to go on in that one: --out {}
    要在那个里接着做，请加上 --out {0}
going on in it, since it is named
    因为指定了它，仍在里面继续
a run of its own: --out {}
    请另用一个运行文件夹：--out {0}
or, to go on in this one all the same: --out {}
    仍要在这个文件夹里继续，就用：--out {0}
there is no stage {}
    没有叫 {0} 的阶段
label.transcribe.model: there is no Whisper {}
    label.transcribe.model：没有叫 {0} 的 Whisper 模型
{}, or a folder
    {0}，或一个文件夹
one of: {}, or a folder
    可选：{0}，或一个文件夹
did you mean {}? one of: {}, or a folder
    是不是想写 {0}？可选：{1}，或一个文件夹
this is not a run folder (it holds no recipe.yaml)
    这不是运行文件夹（里面没有 recipe.yaml）
make one with: ffvits auto
    请先做一个：ffvits auto
choose another with --out
    请用 --out 另选一个
the run folder cannot be written: {} is a file
    这个文件夹写不进去：{0} 是一个文件
the run folder cannot be written: {} is not yours to write in
    这个文件夹写不进去：没有写入 {0} 的权限
the run folder cannot be written: this is no file, but a folder, a device or a pipe
    这个文件夹写不进去：要写的位置不是文件，而是文件夹、设备或管道
the run folder cannot be written: Permission denied
    这个文件夹写不进去：没有权限
the run folder cannot be written: Read-only file system
    这个文件夹写不进去：磁盘是只读的
the run folder cannot be written: No space left on device
    这个文件夹写不进去：磁盘满了
the cache cannot be written: No space left on device
    缓存写不进去：磁盘满了
the curves cannot be written: No space left on device
    曲线写不进去：磁盘满了
Permission denied
    没有权限
Operation not permitted
    不允许这样操作
Read-only file system
    磁盘是只读的
File too large
    文件太大，这个磁盘放不下
Disk quota exceeded
    超出了磁盘配额
give yourself the right to use it (a run by sudo may have made it), or close the program that holds it
    请给自己使用它的权限（可能是用 sudo 运行时建的），或关掉占用它的程序
this is a bug in ffvits: please report it with the recipe
    这是 ffvits 自身的错误：请连同配方一起反馈
--device {}
    请用 --device {0}
also {} … and {} more
    还有 {0} 等，另外还有 {1} 处
""")

# `ffvits.train` before its first step.
_COURSE = pairs("""
Train
    训练
no front end of ffvits writes all symbols of {}: it lends its voice production, and learns those of initials-finals anew. If it speaks Chinese, --set text.front_end=NAME keeps what it knows of the symbols that such a front end writes ({})
    ffvits 没有哪个前端能写出 {0} 的全部符号：只借用它的发声，符号改用 initials-finals 的，从头学。它如果说中文，加上 --set text.front_end=NAME，就能保留它在那个前端的符号上学过的东西（NAME 可选：{1}）
the base wrote {}, the new voice writes {}: symbols move by name
    底模的前端是 {0}，新声音用 {1}：同名的符号移过来
{} starts from the base's voice {}
    {0} 从底模的声音 {1} 开始
which of the base's voices is nearest cannot be told: {}
    无法判断底模的哪个声音最接近：{0}
starting from their mean
    从它们的平均开始
base {}; {} clips, {} min of {}; {} held out; {} steps of {} on {} in {}
    底模 {0}；{3}：{1} 条片段，{2} 分钟；留出 {4} 条；训练 {5} 步，每步 {6} 条，设备 {7}，精度 {8}
base {}; {} clips, {} min of {}; {} held out; {} min in steps of {} on {} in {}
    底模 {0}；{3}：{1} 条片段，{2} 分钟；留出 {4} 条；训练 {5} 分钟，每步 {6} 条，设备 {7}，精度 {8}
base {}; {} clips, {} min of {} and {} more; {} held out; {} steps of {} on {} in {}
    底模 {0}；{3} 和另外 {4} 个说话人：{1} 条片段，{2} 分钟；留出 {5} 条；训练 {6} 步，每步 {7} 条，设备 {8}，精度 {9}
base {}; {} clips, {} min of {} and {} more; {} held out; {} min in steps of {} on {} in {}
    底模 {0}；{3} 和另外 {4} 个说话人：{1} 条片段，{2} 分钟；留出 {5} 条；训练 {6} 分钟，每步 {7} 条，设备 {8}，精度 {9}
first the sound of the new voice is learnt
    先学新声音的音色
after step {} how it says a text: best step and verdict count from there
    第 {0} 步之后再学怎么念文字，最好的一步和结论都从那时算起
without an adversary: the base brings no discriminator (train.adversary: on starts a fresh one)
    不用对抗训练：底模没有带判别器（train.adversary: on 会新建一个）
a fresh discriminator starts, and listens a while before it may push
    判别器是新建的，先学一阵，再参与训练
the adversary joins at step {}
    从第 {0} 步起加入对抗训练
only {} s of speech: the voice takes on the timbre and little more
    语音只有 {0} 秒：声音只能学到音色，学不到更多
5 min are better
    最好有 5 分钟
no clip is held out: too few clips
    没有留出片段：片段太少
the last checkpoint is taken, not the best
    会用最后一个检查点，而不是最好的
{}: the voice is moved by that much
    {0}：声音会相应移调
{}, and a short training keeps that pitch: a base whose voice is nearer comes closer
    {0}，短时间的训练改不了音高：换音高更接近的底模会更像
{} speaks {} semitones higher than {}: the voice is moved by that much
    {0} 的音高比 {2} 高 {1} 个半音：声音会相应移调
{} speaks {} semitones lower than {}: the voice is moved by that much
    {0} 的音高比 {2} 低 {1} 个半音：声音会相应移调
{} speaks {} semitones higher than {}, {} semitones higher than {}: the voice is moved by that much
    {0} 的音高比 {2} 高 {1} 个半音，比 {4} 高 {3} 个半音：声音会相应移调
{} speaks {} semitones higher than {}, {} semitones lower than {}: the voice is moved by that much
    {0} 的音高比 {2} 高 {1} 个半音，比 {4} 低 {3} 个半音：声音会相应移调
{} speaks {} semitones lower than {}, {} semitones higher than {}: the voice is moved by that much
    {0} 的音高比 {2} 低 {1} 个半音，比 {4} 高 {3} 个半音：声音会相应移调
{} speaks {} semitones lower than {}, {} semitones lower than {}: the voice is moved by that much
    {0} 的音高比 {2} 低 {1} 个半音，比 {4} 低 {3} 个半音：声音会相应移调
{} speaks {} semitones higher than {}, and a short training keeps that pitch: a base whose voice is nearer comes closer
    {0} 的音高比 {2} 高 {1} 个半音，短时间的训练改不了音高：换音高更接近的底模会更像
{} speaks {} semitones lower than {}, and a short training keeps that pitch: a base whose voice is nearer comes closer
    {0} 的音高比 {2} 低 {1} 个半音，短时间的训练改不了音高：换音高更接近的底模会更像
{} speaks {} semitones higher than {}, {} semitones higher than {}, and a short training keeps that pitch: a base whose voice is nearer comes closer
    {0} 的音高比 {2} 高 {1} 个半音，比 {4} 高 {3} 个半音，短时间的训练改不了音高：换音高更接近的底模会更像
{} speaks {} semitones higher than {}, {} semitones lower than {}, and a short training keeps that pitch: a base whose voice is nearer comes closer
    {0} 的音高比 {2} 高 {1} 个半音，比 {4} 低 {3} 个半音，短时间的训练改不了音高：换音高更接近的底模会更像
{} speaks {} semitones lower than {}, {} semitones higher than {}, and a short training keeps that pitch: a base whose voice is nearer comes closer
    {0} 的音高比 {2} 低 {1} 个半音，比 {4} 高 {3} 个半音，短时间的训练改不了音高：换音高更接近的底模会更像
{} speaks {} semitones lower than {}, {} semitones lower than {}, and a short training keeps that pitch: a base whose voice is nearer comes closer
    {0} 的音高比 {2} 低 {1} 个半音，比 {4} 低 {3} 个半音，短时间的训练改不了音高：换音高更接近的底模会更像
the new voice speaks as {} only, not as {} of the base
    新声音只有说话人 {0}，不再有底模的 {1}
the new voice speaks as {} only, not as {} and {} more of the base
    新声音只有说话人 {0}，不再有底模的 {1} 和另外 {2} 个
the new voice speaks as {} and {} more only, not as {} of the base
    新声音只有说话人 {0} 和另外 {1} 个，不再有底模的 {2}
the new voice speaks as {} and {} more only, not as {} and {} more of the base
    新声音只有说话人 {0} 和另外 {1} 个，不再有底模的 {2} 和另外 {3} 个
for one voice of all, label everybody's recordings into one run (a folder each)
    想让一个声音包含所有人，请把大家的录音标注进同一个运行文件夹（每人一个子文件夹）
from scratch: every weight begins at random
    从零开始训练：所有权重都随机初始化
What became of the base
    底模的去向
what
    处理
tensors
    张量
'{}' from row {}
    '{0}' 取自第 {1} 行
'{}' from row {} …
    '{0}' 取自第 {1} 行 …
'{}' from the mean of all symbols
    '{0}' 取自所有符号的平均
'{}' from the mean of all symbols …
    '{0}' 取自所有符号的平均 …
'{}' from the mean of {} voices
    '{0}' 取自 {1} 个声音的平均
'{}' from the mean of {} voices …
    '{0}' 取自 {1} 个声音的平均 …
'{}' from the voice '{}'
    '{0}' 取自声音 '{1}'
'{}' from the voice '{}' …
    '{0}' 取自声音 '{1}' …
'{}' from '{}'
    '{0}' 取自 '{1}'
'{}' from '{}' …
    '{0}' 取自 '{1}' …
Reading along
    底模跟读
Listening for pitch
    提取音高
1 clip is left out of training:
    有 1 条片段不参加训练：
{} clips are left out of training:
    有 {0} 条片段不参加训练：
{}: its sound holds no usable samples
    {0}：声音里没有可用的采样
{}: its text is too long for its sound, {} symbols in {} frames
    {0}：文字太长，声音太短，{2} 帧里放不下 {1} 个符号
and {} more texts that cannot be said
    还有 {0} 条文字念不出来
{} cannot be read in Mandarin — write the words in Chinese characters or Latin letters
    {0} 不能用普通话念——请用汉字或拉丁字母来写
{} has no known reading — write its reading behind it, as in {}, or add it to the lexicon
    不知道 {0} 怎么念——请把读音写在后面，如 {1}，或加进词典
also {} — write the words in Chinese characters or Latin letters
    还有 {0}——请用汉字或拉丁字母来写
also {} — write its reading behind it, as in {}, or add it to the lexicon
    还有 {0}——请把读音写在后面，如 {1}，或加进词典
going on from step {}
    从第 {0} 步继续
{} holds states of this base and these clips: they are taken up again
    {0} 里有用这个底模和这些片段训练的检查点：接着用它们
{}: not a whole checkpoint, passed over ({})
    {0}：不是完整的检查点，已跳过（{1}）
the base, the clips or what the recipe makes of them has changed: training starts afresh. Change it back, and it goes on where it was (states: {}, {} GB, yours to delete)
    底模、片段或配方的相关设置变了，训练从头开始。改回去就能从原来的地方继续（原来的检查点在 {0}，{1} GB，不要了可以删）
to begin with the voice of {} as it is, stop now (Ctrl-C), ffvits export {} --to bundle --out {}, and give --base {}
    想从 {0} 现有的声音开始，请现在停下（Ctrl-C），运行 ffvits export {1} --to bundle --out {2}，再加上 --base {3}
""")

# `ffvits.train` from there on, and `ffvits.voice`.
_LOOP = pairs("""
Training
    训练中
steps
    步
step
    步
On held-out clips
    留出片段上的表现
step {}: {}
    第 {0} 步：{1}
already trained: {} steps{}
    已经训练了 {0} 步{1}
already trained: {} steps (--steps with a higher number goes on)
    已经训练了 {0} 步（把 --steps 调大就能继续）
the {} minutes of train.minutes are over (--minutes 0: no limit)
    train.minutes 规定的 {0} 分钟已用完（--minutes 0：不限时）
step {}: the sound is learnt
    第 {0} 步：音色学过了
now how it says a text: best step and verdict count from here
    接下来学怎么念文字，最好的一步和结论都从这里算起
step {}: losses or gradient are no usable numbers
    第 {0} 步：损失或梯度不是可用的数
skipped ({})
    已跳过（{0}）
back to the weights of step {}, at {} of the rate
    退回第 {0} 步的权重，学习率降为原来的 {1} 倍
out of memory: {} clips at a time now, {} times a step
    内存不够：改为每次 {0} 条，每步 {1} 次
the batch stays the same
    每步的片段总数不变
nothing will be told of {}: {}
    测不了 {0}：{1}
nothing will be told of how much the voice is like the character: {}
    测不了声音像不像本人：{0}
nothing will be told of whether the words are right: {}
    测不了字音对不对：{0}
nothing will be told of whether the tones are right: {}
    测不了声调对不对：{0}
nothing will be told of how clean the voice is: {}
    测不了声音干不干净：{0}
waiting for data: {} of the time
    等数据的时间占 {0}
skipped: {} steps
    跳过了 {0} 步
look at: {}
    请检查：{0}
trained {} steps in {} min
    训练了 {0} 步，用时 {1} 分钟
voice of step {} -> {}
    第 {0} 步的声音 → {1}
there is no backend {}
    没有叫 {0} 的后端
choose torch or onnx
    请选 torch 或 onnx
choose of auto, float32, bfloat16
    请选 auto、float32 或 bfloat16
this is no voice in ONNX
    这不是 ONNX 的声音
make one with: ffvits export {} --to onnx
    请先导出一个：ffvits export {0} --to onnx
a batch takes several texts
    成批说话要给出多段文字
give a list of them, or let `say` speak the one
    请写成列表；只有一段就用 `say`
a voice in ONNX cannot convert
    ONNX 的声音不能转换说话人
load the trained voice itself
    请载入训练出来的声音本身
this voice has no speakers to convert between
    这个声音没有可以互相转换的说话人
use one that has several
    请用有几个说话人的声音
speed cannot be {}
    speed 不能是 {0}
noise cannot be {}
    noise 不能是 {0}
noise_w cannot be {}
    noise_w 不能是 {0}
{} still holds the voice of before: {}
    {0} 里还是以前的声音：{1}
ffvits export {} --to … writes the new one
    用 ffvits export {0} --to … 写出新的
no clip is kept of {}: the voice will not speak as them
    {0} 一条片段也没有留下：做出的声音里没有这个说话人
{} is not up to date: {}
    {0} 没有更新：{1}
""")

MAKING = {**_RUNS, **_COURSE, **_LOOP}
