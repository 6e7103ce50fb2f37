"""wechatpy: signature, decryption, appid, typed message; reply, encryption, signature.

usage: bench.py POOL COUNT TOKEN AES_KEY APPID"""

import itertools
import json
import sys
import time

from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import create_reply

with open(sys.argv[1]) as file:
    pool = json.load(file)
count = int(sys.argv[2])
crypto = WeChatCrypto(*sys.argv[3:6])


def opened(message):
    clear = crypto.decrypt_message(message["body"], message["signature"], message["timestamp"], message["nonce"])
    return parse_message(clear)


asked = opened(pool[0])
text = "您的储蓄卡（尾号1234）可用余额 12,345.67 元，更新于 10:00。回复“明细”看最近五笔。"


def sealed(message):
    return crypto.encrypt_message(create_reply(text, asked).render(), message["nonce"], message["timestamp"])


def measured(work):
    for message in pool[:500]:
        work(message)
    cpu, wall = time.process_time_ns(), time.monotonic_ns()
    for message in itertools.islice(itertools.cycle(pool), count):
        work(message)
    return {"count": count, "cpu_ns": time.process_time_ns() - cpu, "wall_ns": time.monotonic_ns() - wall}


assert asked.content.startswith("请问")
print(json.dumps({"open": measured(opened), "seal": measured(sealed)}))
