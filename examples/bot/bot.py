"""python bot.py with_server（或 with_library）。OneBot 客户端反向连接 ws://127.0.0.1:8080/onebot/v11/ws。"""

import sys

import nonebot
from nonebot.adapters.onebot.v11 import Adapter

nonebot.init(driver="~fastapi")
nonebot.get_driver().register_adapter(Adapter)
nonebot.load_plugin(sys.argv[1] if len(sys.argv) > 1 else "with_server")
nonebot.run()
