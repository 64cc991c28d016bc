"""NoneBot2 插件：“/说 你好”得到一条语音。声音在机器人自己的进程里，只需 `pip install ffvits`。"""

import asyncio
import io
import os
from typing import Annotated

import soundfile
from nonebot import on_command
from nonebot.adapters.onebot.v11 import Message, MessageSegment
from nonebot.params import CommandArg

import ffvits
from ffvits import chinese

voice = ffvits.Voice.load(os.environ.get("FFVITS_VOICE", "mandarin-lite"))
say = on_command("说", priority=10, block=True)


@say.handle()
async def speak(words: Annotated[Message, CommandArg()]) -> None:
    try:
        samples = await asyncio.to_thread(voice.say, words.extract_plain_text())
    except ffvits.FfvitsError as error:
        await say.finish(f"说不了：{chinese.with_cure(error.message, error.cure)}")
    soundfile.write(file := io.BytesIO(), samples, voice.sample_rate, format="MP3")
    await say.finish(MessageSegment.record(file.getvalue()))
