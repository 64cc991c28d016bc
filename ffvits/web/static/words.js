// What the page says, in its two languages.
const WORDS = {
  zh: {
    review: "审听", train: "训练", speak: "试听", search: "搜索文字或文件名", f_todo: "待审", f_all: "全部", f_keep: "保留", f_reject: "拒绝",
    f_edited: "改过的", o_doubt: "存疑在前", o_file: "按文件顺序", play: "播放（空格）", original: "处理前", auto: "自动播放", keep: "保留", reject: "拒绝",
    split: "拆分", join: "并入下一条", undo: "撤销", nothing: "没有符合条件的片段。", saved: "已保存", saving: "保存中…", unsaved: "未保存", steps: "步数", minutes: "分钟", start: "开始训练",
    stop: "停止", zero: "0 表示自动选择", samples: "每次检查时的样音", samples_about: "同一句话、同一随机种子，听得出进步。", log: "日志", say: "朗读", blind: "盲听", heard: "识别：", also_heard: "{0}；也可能是：{1}",
    idle: "目前没有在训练", running: "训练中", stopping: "正在保存检查点…", done: "训练完成", stopped: "已停止，可以继续。", failed: "训练出错", step: "第 {0} 步", of: "{0} 条，{1} 分钟 · 保留 {2} 条，{3} 分钟 · 已审 {4}",
    no_voice: "还没有可用的声音：先训练。", speed: "语速", noise: "音色变化", noise_w: "节奏变化", seed: "随机种子", own: "成品", checkpoint: "检查点", other: "其他声音", download: "下载",
    took: "{0} 秒生成 {1} 秒语音", blind_two: "盲听要两个声音：请在 B 边也选一个。", which: "哪一个是 A？", right: "对，是 {0}", wrong: "不对，是 {0}", first: "先听的", second: "后听的", held: "留出片段的距离", trained_on: "训练损失", kl: "文字与声音的差距（KL）", duration: "时长误差", spoken: "自己说", copied: "跟着说", held_out: "留出", training: "训练", again: "从头再听",
    help: "空格 播放 · ↑↓ 选择 · E 改文字 · 回车 确认并到下一条 · A 保留 · D 拒绝 · S 在播放头处拆分（光标处分文字）· M 并入下一条 · O 处理前后 · Z 撤销", cut_where: "把播放头放到要拆的地方，文字光标放到要分开的字中间。", kept: "保留", rejected: "拒绝", seen: "已审", edited: "改过", doubtful: "存疑", nothing_to_undo: "没有可以撤销的。", no_next: "后面没有可并入的片段。", gone: "连不上 ffvits：它还在终端里运行吗？没有保存的改动仍在页面上。", measured: "测量值",
    held_about: "越低越好。这些片段不参加训练，最好的检查点由它决定。", trained_about: "越低越好；它下降而留出片段的距离上升，就是在死记。", kl_about: "下降，然后变平即可。", duration_about: "每个音念得太长或太短；下降，然后变平即可。", voice_of: "成品：第 {0} 步", take: "设为成品", taking: "正在写出成品和报告…", taken: "成品现在是第 {0} 步；再训练之后，会重新用最好的一步", of_card: "{0} 条片段，{1} 分钟",
  },
  en: {
    review: "Review", train: "Train", speak: "Speak", search: "search text or file", f_todo: "to review", f_all: "all", f_keep: "kept", f_reject: "rejected",
    f_edited: "edited", o_doubt: "doubtful first", o_file: "file order", play: "play (space)", original: "before cleaning", auto: "play by itself", keep: "Keep", reject: "Reject",
    split: "Split", join: "Join next", undo: "Undo", nothing: "No clip is like that.", saved: "saved", saving: "saving…", unsaved: "not saved", steps: "Steps", minutes: "Minutes", start: "Start training",
    stop: "Stop", zero: "0 lets ffvits choose", samples: "A sentence at every look", samples_about: "The same sentence with the same seed: you can hear it learn.", log: "Log", say: "Speak", blind: "Blind test", heard: "heard: ", also_heard: "{0}; it may be: {1}",
    idle: "Nothing is being trained", running: "Training", stopping: "Saving a checkpoint…", done: "Trained", stopped: "Stopped; it can go on.", failed: "Training failed", step: "step {0}", of: "{0} clips, {1} min · {2} kept, {3} min · {4} reviewed",
    no_voice: "There is no voice yet: train first.", speed: "Speed", noise: "Variety of sound", noise_w: "Variety of rhythm", seed: "Seed", own: "finished", checkpoint: "checkpoint", other: "other voice", download: "Download",
    took: "{1} s of speech in {0} s", blind_two: "The blind test needs two voices: choose one for side B.", which: "Which one was A?", right: "Right, it was {0}", wrong: "No, it was {0}", first: "the first", second: "the second", held: "Distance, held out", trained_on: "Loss, training", kl: "Text against sound (KL)", duration: "Error of durations", spoken: "spoken", copied: "copied", held_out: "held out", training: "training", again: "Again",
    help: "space play · ↑↓ move · E edit · Enter agree, next · A keep · D reject · S split at the play head (text at the cursor) · M join next · O before/after · Z undo", cut_where: "Put the play head where to cut, and the cursor where the text divides.", kept: "kept", rejected: "rejected", seen: "reviewed", edited: "edited", doubtful: "doubtful", nothing_to_undo: "Nothing to undo.", no_next: "No clip follows that could be joined.", gone: "ffvits does not answer: is it still running in its terminal? What is not saved is still on the page.", measured: "measured values",
    held_about: "Lower is better. These clips are never trained on; they choose the best checkpoint.", trained_about: "Lower is better; if it falls while the held-out distance rises, clips are learnt by heart.", kl_about: "It should fall, then stay level.", duration_about: "Sounds said too long or too short; it should fall, then stay level.", voice_of: "the finished voice: step {0}", take: "Make it the voice", taking: "Writing voice and report…", taken: "The finished voice is step {0} now; after more training it is the best step again", of_card: "{0} clips, {1} min",
  },
}
export let language = localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh" : "en")
export function speakOther() {
  language = language === "zh" ? "en" : "zh"
  localStorage.setItem("language", language)
}
export const t = (key, ...values) => values.reduce((text, value, n) => text.replace(`{${n}}`, () => value), WORDS[language][key])
