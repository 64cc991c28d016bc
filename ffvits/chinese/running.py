"""What training and the page say, in Chinese: verdicts, refusals, and the names of a voice's card."""

from __future__ import annotations

from ffvits.chinese.patterns import pairs

# `ffvits.train.verdict`, in the pieces between "; ".
VERDICTS = pairs("""
too little data: {} s
    数据太少：只有 {0} 秒
nothing was held out to judge by
    没有留出片段，无从判断
diverged: the held-out mel distance of step {} is no number
    发散：第 {0} 步留出片段的距离不是数字
diverged: held-out mel is {} above where it began
    发散：留出片段的距离比开始时高 {0}
diverged: share of faults heard is {} above where it began
    发散：听出的错误比开始时多 {0}
whether more steps help shows after {} more looks
    再检查 {0} 次，就知道该不该接着练
whether more steps help shows after 1 more look
    再检查 1 次，就知道该不该接着练
best is {}
    最好的是第 {0} 步
best is {} ({})
    最好的是第 {0} 步（{1}）
best is {} (held-out mel {})
    最好的是第 {0} 步（留出片段的距离 {1}）
best is {} (share of faults heard {})
    最好的是第 {0} 步（听出的错误比例 {1}）
overfitting since step {}: held-out mel has risen by {}
    从第 {0} 步起过拟合：留出片段的距离上升了 {1}
overfitting since step {}: share of faults heard has risen by {}
    从第 {0} 步起过拟合：听出的错误上升了 {1}
still improving: another ~{} steps should lower mel by {}
    还在进步：再练约 {0} 步，距离应能再降 {1}
still improving: another ~{} steps should lower the share of faults by {}
    还在进步：再练约 {0} 步，错误应能再少 {1}
held-out mel stands still since step {}, but the weights still move ({} in {} steps)
    留出片段的距离从第 {0} 步起不再变，但权重还在变（{2} 步变了 {1}）
share of faults heard stands still since step {}, but the weights still move ({} in {} steps)
    听出的错误从第 {0} 步起不再变，但权重还在变（{2} 步变了 {1}）
to go on: --steps {}
    要接着练：--steps {0}
to go on: --steps {} --minutes 0
    要接着练：--steps {0} --minutes 0
to go on: --minutes {}
    要接着练：--minutes {0}
to begin anew more gently, move {} away and give --set train.learning_rate={}
    要从头再来、学得慢一些：把 {0} 移到别处，再加上 --set train.learning_rate={1}
converged at step {}
    第 {0} 步起已收敛
but the words are going: Whisper hears {} of the characters wrongly, {} at first
    但字音在变差：Whisper 听错 {0} 的字，开始时是 {1}
""")

# What a look measures, `ffvits.train.loop.SHOWN`.
LOOKS = pairs("""
mel
    距离
kl
    KL
copy
    重建
time
    时长
alike
    相似
cer
    字错率
native
    地道
clean
    音质
faults
    缺陷
""")

# Where a training stands that was stopped, and which of its steps is the voice.
STANDING = pairs("""
stopped at step {}, which is kept
    已停在第 {0} 步，这一步已存下
for a voice of what is learnt so far: ffvits {} {} --voice best
    想要目前学到的声音：ffvits {0} {1} --voice best
this step was chosen by hand: with --voice best, or after more training, the best one is the voice again
    这一步是手动选的：用 --voice best，或者接着训练，就会重新用最好的一步
step {} was chosen by hand
    第 {0} 步是手动选的
training has gone on since: the best step is the voice again (--voice {} chooses it again)
    之后又训练过：重新用最好的一步（--voice {0} 可以再选它）
its state is gone: the best step is the voice again
    它的检查点没有了：重新用最好的一步
--voice trains nothing, and takes no settings: {}
    --voice 不训练，也不接受设置：{0}
leave them out, or train by them first, without --voice
    请去掉它们，或者先不加 --voice，按它们训练
""")

# What the page refuses, and why.
REFUSALS = pairs("""
status cannot be {}
    状态不能是 {0}
one of: {}
    可选：{0}
there is no sound in this clip
    这一条没有声音
record it again
    请重录
a clip without a text cannot be kept
    没有文字的片段不能保留
write what is said in it
    请写出其中说的话
a half would be shorter than {} s
    有一半会短于 {0} 秒
cut further from the edge
    离两端远一些再切
these are not two pieces of one recording
    这不是同一录音中的两段
join a clip with the one that follows it
    请与紧接着的下一条合并
they are {} s apart and {} s long together
    两条相隔 {0} 秒，合起来 {1} 秒
at most {} s and {} s
    最多相隔 {0} 秒、合起来 {1} 秒
one of the two was held out, and is now trained on
    其中一条原是留出片段，现在会参加训练
{} held-out clips are left
    还剩 {0} 条留出片段
this clip's sound is missing
    这一条的声音文件不见了
label again: ffvits label
    重新标注：ffvits label
there is no clip {}
    没有片段 {0}
reload the page
    请刷新页面
this change can no longer be undone
    这一步已不能撤销
this clip has been changed since, elsewhere: it was left as it is
    这一条后来在别处又改过：保持原样，没有撤销
another ffvits is at work in this run folder
    另一个 ffvits 正在使用这个文件夹
wait until it is done
    等它做完
wait for it, or stop it where it runs: what it has done is kept
    等它做完，或在它运行的地方把它停下：已经做好的都会保留
the run folder cannot be written: {}
    这个文件夹写不进去：{0}
give yourself the right to write in it, or copy it to another disk
    请给自己写入权限，或把它复制到别的磁盘
free some space, give yourself the right to write in it, or copy it to another disk
    请腾出空间，给自己写入权限，或把它复制到别的磁盘
cannot be saved: {}
    无法保存：{0}
free some space, or mend the folder's rights
    请腾出空间，或修正文件夹的权限
training runs already
    已经在训练
stop it first
    先停止它
the package {} is not installed
    没有安装程序包 {0}
it ended by itself (status {})
    它自己结束了（状态 {0}）
there is no sample of step {}
    没有第 {0} 步的样音
there is no voice {}
    没有声音 {0}
{} is no checkpoint of this run
    {0} 不是这个运行文件夹的检查点
choose one of them
    请选一个检查点
only this page's own requests are answered
    只回答本页面自己的请求
nothing is labelled yet
    还没有标注
run: ffvits label
    请运行：ffvits label
the text is empty
    文字是空的
give some words
    请写几个字
something went wrong inside the server
    服务器内部出错
see its terminal
    请看它的终端
""")

# The entries of a voice's card.
CARD = {
    "speakers": "说话人",
    "minutes": "训练时长（分钟）",
    "clips": "训练片段",
    "source": "录音来源",
    "consent": "授权",
    "base": "底模",
    "base_sha256": "底模校验和",
    "base_licence": "底模许可",
    "base_notes": "底模说明",
    "made_by": "制作",
    "steps": "步数",
    "held_out_mel": "留出片段的距离",
    "faults_heard": "听出的错误比例",
}
