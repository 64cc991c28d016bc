"""NoneBot2 插件：“/说 你好”得到一条语音。声音由 `ffvits serve runs` 提供；它要密钥时设 FFVITS_API_KEY。"""

import os
from typing import Annotated

import httpx
from nonebot import on_command
from nonebot.adapters.onebot.v11 import Message, MessageSegment
from nonebot.params import CommandArg

SERVER = os.environ.get("FFVITS_SERVER", "http://127.0.0.1:23456")
KEY = {b"X-API-KEY": os.environ.get("FFVITS_API_KEY", "").encode()}
WAIT = float(os.environ.get("FFVITS_WAIT", "600"))  # 秒：长文字要念好几分钟，念完才有回答
say = on_command("说", priority=10, block=True)


@say.handle()
async def speak(words: Annotated[Message, CommandArg()]) -> None:
    try:
        async with httpx.AsyncClient(base_url=SERVER, headers=KEY, timeout=httpx.Timeout(WAIT, connect=10)) as web:
            answer = await web.post("/voice/vits", data={"text": words.extract_plain_text(), "id": 0, "format": "mp3"})
        failed = answer.headers["content-type"] != "audio/mpeg" and answer.json()["said"]["zh"]
    except httpx.ReadTimeout:
        failed = f"{WAIT:g} 秒还没念完，请分成几段来发"
    except (httpx.HTTPError, ValueError, KeyError) as error:  # 不是 ffvits 的回答：代理的网页等
        failed = f"{SERVER} 的 ffvits 没有回答（{type(error).__name__}）"
    await say.finish(f"说不了：{failed}" if failed else MessageSegment.record(answer.content))
