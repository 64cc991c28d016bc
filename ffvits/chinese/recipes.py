"""What is wrong with a recipe, in Chinese."""

from __future__ import annotations

from ffvits.chinese.patterns import pairs

# `ffvits.recipe_file` and `ffvits.recipe`; of PyYAML's own words those that slips bring about.
_RECIPES = pairs("""
there is no such recipe
    没有这个配方文件
see recipes/default.yaml
    请参考 recipes/default.yaml
name a recipe's file
    请指定一个配方文件
this is no text, or one in an unusual code
    这不是文本文件，或用了少见的编码
save the file as UTF-8
    请把文件另存为 UTF-8
brackets stand in brackets without end
    括号套括号，层数太多
{} is not valid YAML
    {0} 不是有效的 YAML
quote it
    请加上引号
not valid YAML: {}
    YAML 写错了：{0}
not valid YAML: mapping values are not allowed here
    YAML 写错了：这里不能出现“键: 值”
not valid YAML: could not find expected ':'
    YAML 写错了：缺少冒号
not valid YAML: found character {} that cannot start any token
    YAML 写错了：这里不能以 {0} 开头
not valid YAML: expected <block end>, but found {}
    YAML 写错了：缩进不对，或这里多了 {0}
not valid YAML: expected {} or {}, but got '<stream end>'
    YAML 写错了：括号没有成对
not valid YAML: expected {} or {}, but got {}
    YAML 写错了：这里应是 {0} 或 {1}，却是 {2}
not valid YAML: expected the node content, but found {}
    YAML 写错了：这里应是一个值，却是 {0}
not valid YAML: found unexpected end of stream
    YAML 写错了：引号没有成对
not valid YAML: found unknown escape character {}
    YAML 写错了：双引号里的 \\ 后面不能是 {0}
not valid YAML: found undefined alias {}
    YAML 写错了：以 * 开头的值要加引号（{0}）
not valid YAML: expected alphabetic or numeric character, but found {}
    YAML 写错了：& 和 * 后面应是字母或数字，却是 {0}
not valid YAML: but found another document
    YAML 写错了：里面有不止一份文档
not valid YAML: unacceptable character {}: special characters are not allowed{}
    YAML 写错了：里面有不允许的特殊字符 {0}
take out the lines ``` around the recipe
    请删掉配方前后的 ``` 两行
take that line out: a recipe is one document
    请删掉这一行：一个配方文件里只能有一份文档
take that character out
    请删掉这个字符
indent with spaces: YAML takes no tabs
    请用空格缩进：YAML 不认制表符（Tab）
indent with plain spaces: a full-width or non-breaking one stands before it
    请用普通空格缩进：它前面有全角空格或不间断空格
write a half-width colon and a space, as in 'steps: 200', where the full-width ： stands
    请把全角冒号“：”改成半角冒号加空格，如 'steps: 200'
put a space behind the colon, as in 'steps: 200'
    请在冒号后加一个空格，如 'steps: 200'
put a path with \\ in single quotes or in none, or write / instead
    路径里有 \\ 时请用单引号或不加引号，也可以把它写成 /
put the value in quotes: a sign begins it, or a colon parts it
    请给这个值加上引号：它以符号开头，或中间有冒号
close brackets and quotes, part by half-width commas, indent as the neighbours
    请检查：括号和引号要成对，逗号要半角，缩进要与上下行对齐
recipes/default.yaml shows it
    写法可参考 recipes/default.yaml
write each as a key, a half-width colon, a space and a value, as in 'steps: 200'
    请每行写一个“键: 值”，半角冒号后加空格，如 'steps: 200'
{} has no value
    {0} 没有写值
{} has no value in {}
    {1} 里的 {0} 没有写值
the recipe must be a list of 'key: value' lines
    配方要由一行行“键: 值”组成
{} must be a list of 'key: value' lines
    {0} 要由一行行“键: 值”组成
a key in the recipe must be a text, not a list or a table
    配方里的键要写成文字，不能是列表或表
a key in {} must be a text, not a list or a table
    {0} 里的键要写成文字，不能是列表或表
fill in what stands in {{ }}, or put the key in quotes
    请把 {{{{ }}}} 换成实际的内容，或给这个键加上引号
the key {} stands twice in the recipe
    配方里 {0} 写了两次
the key {} stands twice in {}
    {1} 里 {0} 写了两次
keep one of them
    请只留一个
{} is given twice, and as two different things
    {0} 给了两次，而且互相矛盾
keep one
    请只留一个
known here: {}
    这里可用的项：{0}
did you mean {} or {}?
    是不是想写 {0} 或 {1}？
did you mean {} or {} or {}?
    是不是想写 {0}、{1} 或 {2}？
{} must be a list: [一, 二]
    {0} 要写成列表：[一, 二]
put it in [ ], even where it is only one
    请放进 [ ] 里，只有一个也要
{} must be a table of 'key: value'
    {0} 要写成“键: 值”的表
{} must be a text
    {0} 要写成文字
{} must be a whole number
    {0} 要写整数
{} must be a number
    {0} 要写数字
{} must be true or false
    {0} 要写 true 或 false
{} must be a whole number, not {}
    {0} 要写整数，不能是 {1}
{} must be a number, not {}
    {0} 要写数字，不能是 {1}
{} must be true or false, not {}
    {0} 要写 true 或 false，不能是 {1}
give it one, or take the line out: it then is left to ffvits
    请写上值，或删掉这一行，让 ffvits 决定
{} holds what no text does: {}
    {0} 里有文字中不该有的字符：{1}
write it anew
    请重新输入
label.{} cannot be {}
    label.{0} 不能是 {1}
text.{} cannot be {}
    text.{0} 不能是 {1}
train.{} cannot be {}
    train.{0} 不能是 {1}
speak.{} cannot be {}
    speak.{0} 不能是 {1}
layout cannot be {}
    layout 不能是 {0}
language cannot be {}
    language 不能是 {0}
seed cannot be {}
    seed 不能是 {0}
it goes from {} to {}
    请写 {0} 到 {1} 之间的数
{}.min_seconds ({}) is not below max_seconds ({})
    {0}.min_seconds（{1}）要小于 max_seconds（{2}）
no clip has such a length
    否则没有片段符合长度
text.front_end: there is no front end {}
    text.front_end：没有叫 {0} 的前端
it corrects nothing
    没有写要更正的词
{}: it corrects nothing
    {0}：没有写要更正的词
write what Whisper writes wrongly before it: {派萌: 派蒙}
    请在前面写 Whisper 写错的词：{{派萌: 派蒙}}
there is an empty sentence
    有一句是空的
speak.sentences: there is an empty sentence
    speak.sentences：有一句是空的
write what the voice is to say, or take it out
    请写上要让声音说的话，或删掉这一句
speak.sentences: {} cannot be read in Mandarin (in “{}”)
    speak.sentences：{0} 不能用普通话念（在“{1}”里）
speak.sentences: {} has no known reading (in “{}”)
    speak.sentences：不知道 {0} 怎么念（在“{1}”里）
speak.sentences: {} is no reading (in “{}”)
    speak.sentences：{0} 不是读音（在“{1}”里）
speak.sentences: {} is no break (in “{}”)
    speak.sentences：{0} 不是停顿（在“{1}”里）
speak.sentences: {} has {} syllables but fewer characters stand before it (in “{}”)
    speak.sentences：{0} 有 {1} 个音节，前面的汉字没有那么多（在“{2}”里）
""")

RECIPES = {**_RECIPES}
