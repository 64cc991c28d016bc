"""The names of the rules that turn numbers and signs into words, in Chinese; by the files of `ffvits.text.rules`.

They are looked up by themselves, not among the sentences: words as short as "range" or "and" may mean anything else.
"""

from __future__ import annotations

import re


def _named(lines: str) -> dict[str, str]:
    """`name = Chinese`, several to a line; a line is left empty after what stands in one file."""
    entries = (entry.partition(" = ") for entry in re.split("; |\n+", lines.strip()))
    return {name: chinese for name, _, chinese in entries}


RULES = _named("""
place on the globe = 经纬度; airliner = 客机型号; status of an answer = 状态码; number of an error = 错误编号
password with signs = 带符号的密码; hexadecimal = 十六进制; number of a case = 案号; number of a document = 发文字号
sign of a section = 条款符号; article of a law = 法律条文; number of a record = 备案号; tumour marker = 肿瘤标志物
size of a tyre = 轮胎规格; chapter and verse = 章节; wireless standard = 无线标准; fund in brackets = 基金代码
chip = 芯片型号; seat of a carriage = 车厢座位; share of an exchange = 带交易所的股票代码; share in brackets = 股票代码
year without its word = 没写年字的年份; year of an era = 年号对应的年份; year of a book = 出版年份
number of a figure = 图表编号; number of a table in three parts = 三段的图表编号; telephone abroad = 国际电话
stage of a game = 游戏关卡

code with hyphens = 带横线的编码; code = 编码; ISBN = 书号; standard = 标准号; year of a standard = 标准的年份
standard without a year = 不带年份的标准; lane = 弄堂门牌; hyphen behind a building = 楼号后的横线
room with hyphens = 带横线的房号; room after a building = 楼号后的房号; number behind a number of a road = 门牌附号
number of a building = 楼号; from one kilometre stone to the next = 里程桩范围; kind of petrol = 汽油标号
digits after an underscore = 下划线后的数字; number of a brand = 品牌名里的数字; licence plate = 车牌; train = 车次
flight = 航班; numbered thing = 带编号的事物

date with time = 日期和时间; to another date = 起止日期; year month day = 年月日; day month year = 日月年
years of a life or a dynasty = 生卒或朝代年份; range of years = 年份范围; season = 赛季; quarter or half of a year = 季度或半年
year that is estimated = 预测年份; months of two years = 跨年的月份; year and month = 年月; decade in English = 英文年代
date without signs = 连写的日期; decade = 年代; short years in a range = 两位数年份范围; year = 年份
year with an apostrophe = 带撇号的年份; number of an issue = 期号; short year = 两位数年份
year of a model or a class = 年款或届别; born in, and which sex = 出生年份和性别; born in = 出生年代

range of months = 月份范围; month and day = 月日; month before a word = 月日; month and day with zeros = 带零的月日
day of a sale or a feast = 促销日或节日; days of a holiday = 假期起止; days of a stay = 入住起止
days of what is announced = 活动起止; from a day with its weekday = 带星期的起止日; day beside its name = 节日的日期
short year with strokes = 斜线短年份日期; day with a stroke = 斜线日期; day behind on = “于”后的日期
month and day with a hyphen = 横线月日; day with a point = 点分月日; day whose hours are spoken of = 当天的日期
day on which something begins = 开始的日期; day before its hour = 时刻前的日期; weeks before a birth = 孕周
day that has a name = 有名称的日子

noon behind a range of times = 时段后的上下午; range of times = 时间范围; noon before the hour = 时刻前的上下午
time of a race = 比赛用时; what is left of a clock = 剩余时间; place in a recording = 音视频位置; time of a lap = 单圈用时
time of day = 时刻; hour with am or pm = 带上下午的钟点; hour and minute = 时分; hour = 钟点; seconds of a race = 比赛秒数
weekday = 星期; feet and inches = 英尺英寸; minutes and seconds = 分秒; minutes with a stroke = 带撇号的分钟
seconds and hundredths = 秒和百分秒

range with the unit twice = 两端带单位的范围; range of hours = 钟点范围; range of grades and days = 年级或日子范围
range of heights = 身高范围; range of discounts = 折扣范围; range of weekdays = 星期范围; range of short years = 短年份范围
range of decades = 年代范围; range of those born = 出生年代范围; range of ages in months = 月龄范围
range before a capital = 大写字母前的范围; range of sizes and grades = 尺码或等级范围

proportion = 比例式; sides of a screen = 屏幕比例; remainder = 余数; two of what is numbered = 相邻的编号
right and wrong = 对错; opening of a lens = 镜头光圈; from one with a letter to the next = 带字母的范围
steel and its distance = 钢筋间距; plus or minus = 正负; score between teams = 队伍比分; sets of a match = 网球盘分
sets of volleyball = 排球局分; games of a match = 各局比分; hours one after the other = 相接的时刻
hours of two parts of a day = 跨上下午的时段; places one after the other = 相邻的名次; part of a second = 几分之一秒
for each kilometre = 每公里配速

unit of several = 复合单位; isotope = 同位素; ion of a reaction = 反应里的离子; ion = 离子; end of a strand = 链端
reaction = 化学反应; gas or precipitate = 气体或沉淀; rhesus factor = Rh 血型; lost power of ten = 丢了上标的幂
power in words = 写成字的乘方; diameter = 直径; integral with bounds = 定积分; formula = 算式; lines of a figure = 几何线段
figure = 几何图形; difference = 增量; base of a logarithm = 对数的底

double eleven = 双十一; number as a word = 数字谐音; C++ = C++; page of pages = 第几页; season and episode = 季和集
business letters = 商务缩写; pages = 页码; label = 等级标记; one against one = 一对一; English ordinal = 英文序数
number that is a title = 数字书名; letter, point, number = 字母点数字; letters, point, number = 字母点数字
opus and its like = 作品号; weapon or craft = 武器或飞行器; times that many = 数量倍数; times so much = 分量倍数
letter less a number = 字母减数字; grade with a minus = 带加减的等级; tank = 坦克; type of a year = 年式
car of three digits = 三位数车型; memory with its speed = 内存规格; graphics card or processor = 显卡或处理器
graphics card without its name = 显卡简称; model name = 型号; hyphened number after letters = 带横线的型号
model with a space = 带空格的型号; Roman numeral with a word = 带字的罗马数字; Roman numeral of a stage = 罗马数字分期
Roman numeral = 罗马数字; hash and number = 井号编号; discount = 折扣

numbers with commas between = 逗号隔开的数; markers named together = 并提的序号; list marker inside a line = 行内序号
letter of an item = 字母选项; list marker = 列表序号; number in a circle = 带圈数字; class of a school = 班级
clause of a law = 法律款项; list marker in brackets = 括号序号

no cents = 整数金额; amount for a time = 按时计的金额; so many months of pay = 几薪; thousands for a time = 按时计的千元
yuan as r = 写成 r 的元; pair of currencies = 货币对; money range = 金额范围; money = 金额; money after = 后置货币
thousands as k = 写成 k 的千; ten thousand five thousand = 几万几; ten thousand as w = 写成 w 的万

percent range = 百分比范围; times so many percent = 乘百分比; percent = 百分比; points of a percent = 百分点
times as x = 写成 x 的倍; temperature range = 温度范围; temperature = 温度; angle = 角度; scientific notation = 科学计数法
rate of a screen = 屏幕刷新率; pixels = 像素; size = 尺寸; days and hours = 天和小时; hours and minutes = 小时和分钟
unit range = 带单位的范围; video size = 视频清晰度; so much for so many = 每若干含量; unit = 单位; unit for one = 单价
so many in one = 每份数量; for each day = 每单位每天; each second = 每秒; days as d = 写成 d 的天
unit behind ten thousands = 万后的单位; unit in brackets = 括号里的单位; unit that is named = 提到的单位

two or three = 两三; second of a row = 行列里的二; rooms of a flat = 户型; so many bought and given = 买赠; money off = 满减
money off what is bought = 消费券满减; metres and centimetres = 几米几; m between metres and centimetres = 写成 m 的几米几
inches = 英寸; and more = 约数; and more of what is not counted = 不带量词的约数; and more of a unit = 带单位的约数; and up = 以上
signed number = 正负数; plus before a number = 加号和数; long number = 长数字; number = 数字; digits = 逐位数字

players who wait for others = 组队等人; agreeing again = 附和的加一; sum of fractions = 分数加法
brackets in a calculation = 算式括号; calculation = 计算; area without number = 不带数的面积; power = 乘方
unit after a power = 乘方后的单位; root = 根号; comparison = 比较

time of music = 拍号; score = 比分; ratio of names and numbers = 名称与数的比; ratio = 比例; formation = 阵型
three numbers with hyphens = 横线连的三个数; formation without hyphens = 连写的阵型; marks out of the best = 得分与满分
average of marks = 绩点; step of steps = 第几步; part of a bar = 当前与上限; blood pressure = 血压
shots that went in = 投篮命中; seven or eight hundred = 七八百; fraction = 分数; range to a plus = 负到正的范围
range = 范围; range before a letter = 字母前的范围; range of so many K = 几 K 的范围; range with measure words = 带量词的范围

mobile phone = 手机号; number with stars = 打星号的号码; telephone = 电话; telephone in parts = 分段的电话; card number = 卡号
called number = 尾号等号码; last digits = 末几位; hotline = 热线; group of a messenger in parts = 分段的群号

web address = 网址; e-mail = 邮箱; drive of Windows = 盘符; dot before a name = 名称前的点; domain or file = 域名或文件名
IP address = IP 地址; port of a machine = 端口; version of HTTP = HTTP 版本; version = 版本; version with v = 带 v 的版本
version of a package = 软件包版本; numbers of three parts = 三段的数

comma before a number = 数字前的逗号; colon beside a number = 数字旁的冒号; full stop before a number = 数字前的句点
calibre = 口径; decimals without their nought = 省略零的小数; space behind the number of a chapter = 章号后的空格
spaces between groups of three = 三位一组的空格; space before a numbered clause = 条目前的空格
spaces on both sides of a number = 数字两边的空格; space behind a number that counts = 数字后的空格
space before a number = 数字前的空格

result of a test = 检测结果; laughing and thinking aloud = 笑声和语气; の between hanzi = 汉字间的の; hash tag = 话题标签
star and hash keys = 星号键和井号键; sharp note = 升音; key of a telephone = 电话按键; variable of a shell = 命令行变量
degrees alone = 单独的度; Fahrenheit alone = 单独的华氏度; C# = C#; and = 和号; and in Chinese = 中文间的和; forwarded = 转发
at = 艾特; title before a name = 姓名前的称呼; dotted letters = 带点的字母; dot inside Latin = 拉丁词里的点
underscore inside Latin = 拉丁词里的下划线; Wi-Fi = 无线网; hyphen inside Latin = 拉丁词里的横线; arrow = 箭头; up = 上升
down = 下降; Greek letter = 希腊字母; ratio of names = 名称的比; equals = 等于; greater = 大于; less = 小于; times = 乘号
plus between words = 词间的加号; and/or = 并列的斜线; slash = 斜线; minus as negative = 负号; from day to day = 起止的日子
tilde between = 中间的波浪线; dash = 横线; tilde = 波浪线; interpunct = 间隔号; contraction = 英文缩约; apostrophe = 撇号
comma = 逗号; full stop = 句号; colon = 冒号; semicolon = 分号; exclamation = 感叹号; question = 问号; bar = 竖线
opening bracket = 左括号; closing bracket = 右括号; sign alone = 单独的符号; at alone = 单独的艾特
signs that are not spoken = 不念的符号
""")
