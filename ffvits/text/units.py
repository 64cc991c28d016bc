"""Units, currencies and measure words: how each is said after a number."""

from __future__ import annotations

import re

# Symbols of units as written (case matters where it must: m and M, W and w).
UNITS: dict[str, str] = {
    # length, area, volume
    "km": "公里", "m": "米", "dm": "分米", "cm": "厘米", "mm": "毫米", "μm": "微米", "um": "微米", "nm": "纳米",
    "Km": "公里", "KM": "公里", "CM": "厘米", "MM": "毫米", "in": "英寸", "inch": "英寸", "ft": "英尺", "yd": "码",
    "mi": "英里", "mile": "英里", "mu": "亩", "ha": "公顷", "hm^2": "公顷", "hm2": "公顷", "nmi": "海里",
    "km^2": "平方公里", "km2": "平方公里", "m^2": "平方米", "m2": "平方米", "dm^2": "平方分米", "dm2": "平方分米",
    "cm^2": "平方厘米", "cm2": "平方厘米", "mm^2": "平方毫米", "mm2": "平方毫米", "mi^2": "平方英里", "mi2": "平方英里",
    "m^3": "立方米", "m3": "立方米", "dm^3": "立方分米", "dm3": "立方分米", "cm^3": "立方厘米", "cm3": "立方厘米",
    "mm^3": "立方毫米", "km^3": "立方千米", "L": "升", "l": "升", "dL": "分升", "dl": "分升", "mL": "毫升",
    "ml": "毫升",
    "ML": "毫升", "μL": "微升", "μl": "微升", "cc": "西西", "gal": "加仑", "bbl": "桶", "fL": "飞升", "fl": "飞升",
    # mass and amount
    "kg": "千克", "Kg": "千克", "KG": "千克", "g": "克", "mg": "毫克", "μg": "微克", "ug": "微克", "mcg": "微克",
    "ng": "纳克", "pg": "皮克", "lb": "磅", "lbs": "磅", "oz": "盎司", "ct": "克拉", "mol": "摩尔", "mmol": "毫摩尔",
    "μmol": "微摩尔", "umol": "微摩尔", "kDa": "千道尔顿", "t": "吨", "IU": "国际单位", "mIU": "毫国际单位",
    "U": "单位",
    # time and frequency
    "h": "小时", "hr": "小时", "hrs": "小时", "min": "分钟", "mins": "分钟", "s": "秒", "sec": "秒", "ms": "毫秒",
    "μs": "微秒", "us": "微秒", "ns": "纳秒", "ps": "皮秒", "wk": "周", "yr": "年",
    "Hz": "赫兹", "HZ": "赫兹", "hz": "赫兹", "kHz": "千赫", "KHz": "千赫", "khz": "千赫", "MHz": "兆赫",
    "GHz": "吉赫", "THz": "太赫兹", "fps": "帧每秒", "FPS": "帧每秒", "rpm": "转每分", "r/min": "转每分",
    "r/s": "转每秒", "RPM": "转每分", "bpm": "拍每分", "BPM": "拍每分",
    # speed
    "mph": "英里每小时", "kph": "公里每小时", "kmh": "公里每小时", "kn": "节",
    # energy, force, electricity
    "J": "焦耳", "J·s": "焦耳秒", "Pa·s": "帕秒", "mPa·s": "毫帕秒",
    "kJ": "千焦", "KJ": "千焦", "MJ": "兆焦", "cal": "卡", "kcal": "千卡", "Kcal": "千卡", "W": "瓦",
    "kW": "千瓦", "KW": "千瓦", "kw": "千瓦", "MW": "兆瓦", "GW": "吉瓦", "mW": "毫瓦", "Wh": "瓦时", "kWh": "千瓦时",
    "kW·h": "千瓦时",
    "KWh": "千瓦时", "kwh": "千瓦时", "KWH": "千瓦时", "GWh": "吉瓦时", "MWh": "兆瓦时", "TWh": "太瓦时",
    "mWh": "毫瓦时", "μW": "微瓦", "kVA": "千伏安", "VAC": "伏交流", "VDC": "伏直流", "eV": "电子伏", "keV": "千电子伏",
    "MeV": "兆电子伏", "GeV": "吉电子伏", "TeV": "太电子伏", "μV": "微伏", "μA": "微安", "uA": "微安", "nA": "纳安",
    "V": "伏", "kV": "千伏", "KV": "千伏",
    "mV": "毫伏", "A": "安", "mA": "毫安", "mAh": "毫安时", "mah": "毫安时", "MAH": "毫安时", "Ah": "安时", "Ω": "欧姆",
    "kΩ": "千欧", "MΩ": "兆欧", "F": "法拉", "μF": "微法", "nF": "纳法", "mH": "毫亨", "μH": "微亨", "pF": "皮法",
    "N": "牛", "kN": "千牛", "Nm": "牛米",
    "N·m": "牛米", "Pa": "帕", "hPa": "百帕", "kPa": "千帕", "KPa": "千帕", "MPa": "兆帕", "Mpa": "兆帕", "GPa": "吉帕",
    "bar": "巴", "atm": "大气压", "mmHg": "毫米汞柱", "psi": "磅每平方英寸", "hp": "马力", "PS": "马力", "T": "特斯拉",
    "Gy": "戈瑞", "Sv": "西弗", "mSv": "毫西弗", "Bq": "贝克勒尔", "lx": "勒克斯", "lux": "勒克斯",
    "lm": "流明", "cd": "坎德拉",
    "nit": "尼特", "nits": "尼特", "dB": "分贝", "db": "分贝", "DB": "分贝", "dBA": "分贝", "dBm": "分贝毫瓦",
    # data
    "bit": "比特", "B": "字节", "KB": "KB", "kB": "KB", "MB": "兆", "GB": "G", "TB": "T", "PB": "PB", "Kb": "KB",
    "kb": "KB", "mb": "兆", "gb": "G", "tb": "T", "Mb": "兆比特", "Gb": "G比特", "kbps": "千比特每秒",
    "Kbps": "千比特每秒", "Mbps": "兆比特每秒", "mbps": "兆比特每秒", "Gbps": "G比特每秒", "bps": "比特每秒",
    "KiB": "KB", "MiB": "兆", "GiB": "G", "TiB": "T",
    "ppm": "ppm", "px": "像素", "dpi": "dpi",
}  # fmt: skip
# One capital letter after a number is far more often a name (5G, 3D, 4K, 2B, 7A) than a unit.
CAPITALS_THAT_ARE_NAMES = frozenset("ABFGTUVJN") | {"PS"}

UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))  # a pattern: the longest first
TIME_UNITS = frozenset("h hr s sec min d yr 天 日 年 月 周 小时 分钟 分 秒 次".split())

CURRENCY_SIGNS: dict[str, str] = {
    "¥": "元", "$": "美元", "€": "欧元", "£": "英镑", "₩": "韩元", "₹": "卢比", "₽": "卢布", "฿": "泰铢",
    "HK$": "港元", "US$": "美元", "A$": "澳元", "C$": "加元", "NT$": "新台币", "S$": "新加坡元", "R$": "雷亚尔",
    "J¥": "日元", "JPY¥": "日元", "CN¥": "元", "RMB¥": "元",
}  # fmt: skip
CURRENCY_CODES: dict[str, str] = {
    "CNY": "元", "RMB": "元", "USD": "美元", "EUR": "欧元", "GBP": "英镑", "HKD": "港元", "JPY": "日元", "KRW": "韩元",
    "TWD": "新台币", "AUD": "澳元", "CAD": "加元", "SGD": "新加坡元", "CHF": "瑞士法郎", "RUB": "卢布", "INR": "卢比",
    "THB": "泰铢", "NZD": "新西兰元", "MOP": "澳门元", "VND": "越南盾", "BRL": "雷亚尔", "AED": "迪拉姆",
}  # fmt: skip

# Measure words before which a lone 2 is 两, longest first where one begins another.
MEASURES = """
    个半小时 个小时 个星期 个工作日 个百分点 个月 个多 个 只 条 张 本 位 名 件 套 台 部 辆 架 艘 支 枝 把 杯 瓶 碗
    盒 包 袋 箱 桶 罐 盘 碟 锅 壶 勺 顿 场 局 轮 届 圈 步 句 段 篇 首 幅 页 行 排 列 对 双 副 组 群 批 伙 帮 股 滴
    颗 粒 块 片 面 扇 间 栋 幢 座 所 处 头 匹 口 根 棵 株 朵 束 串 堆 项 门 节 堂 课 道 种 类 样 家 户 人 岁 天 周
    年 分钟 分 秒钟 秒 小时 刻钟 星期 礼拜 季 元 毛 角 块钱 美元 欧元 英镑 日元 港元 美金 米 公里 千米 厘米 毫米
    英里 英尺 英寸 海里 尺 丈 吨 斤 公斤 千克 克 毫克 磅 升 毫升 加仑 亩 公顷 平方 平米 平方米 立方 立方米 平方公里
    万 千 百 亿 兆 次 遍 趟 回 下 声 眼 刀 枪 拳 脚 倍 成 层 级台阶 枚 发 顶 尊 幕 集 章 章节 册 卷 封 则 通 桩 笔
    份 拨 阵 团 缕 丝 线 票 球 分球 记 杆 款 例 员 身 针 剂 剂次 站 公分 字节 帧 重 伏 瓦 度电 代人 抹 席 盏 尾 峰
    驾 期 手 车 拍 盅 打 晚 捆 扎 沓 摞 瓣 贴 笼 屉 炷 窝 缸 坛 盆 篮子 筐 篓 锭 樽 茬 梭子 桌 波 孔 侧 边 岸 者
    味药 里地 里路 出戏 折戏 格电 管口红 管牙膏 起案件 起事故 起事件 起交通 宗罪 宗案 单生意 单外卖 番话 连冠 辈子 巴掌
    助攻 篮板 盖帽 抢断 失误 红牌 黄牌 进球
""".split()
# Words that follow a 2 as an order or a name, not as a quantity: 2月, 2楼, 2年级, 2次元.
NOT_COUNTED = """
    次会议     年级 年生 次元 次方 次函数 手车 手房 手货 手烟 手 线 线城市 期工程 期项目 把手 元论 元一次 元二次 代 分之
    分法
    桌面 波长 波特 波段 边形 扎实 贴吧
    晚上 分音符 度 级 等 流 维 环 进制 人转 人世界 胎 婚 锅头 传 哥 姐 弟 妹 叔 爷
""".split()
