"""wechatpy's WeCom client plays the bank against the simulated WeCom, unmodified: requests for WeCom's host are carried
to the simulation by a transport adapter. Each step must go as against WeCom itself; the first surprise ends the script.

usage: wecom.py BASE CORPID SECRET AGENT"""

import io
import sys

import requests
from requests.adapters import HTTPAdapter
from wechatpy.enterprise import WeChatClient
from wechatpy.exceptions import WeChatClientException

BASE, CORP, SECRET = sys.argv[1:4]
AGENT = int(sys.argv[4])
HOST = "https://qyapi.weixin.qq.com"
ANN = "wmCustomer0001"


class Simulation(HTTPAdapter):
    """Carries what is meant for WeCom to the simulation."""

    def send(self, request, **kwargs):
        request.url = request.url.replace(HOST, BASE + "/wecom", 1)
        return super().send(request, **kwargs)


class Bank(WeChatClient):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.mount(HOST, Simulation())


web = requests.Session()
web.trust_env = False


def desk(path, body=None):
    answer = web.post(BASE + "/wecom-desk" + path, json=body or {}, timeout=10)
    assert answer.status_code == 200, (path, answer.status_code, answer.text)
    return answer.json()


def sees(path):
    return web.get(BASE + "/wecom-desk" + path, timeout=10).json()


def refused(code, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except WeChatClientException as error:
        assert error.errcode == code, (code, error.errcode, error.errmsg)
        assert "hint:" in error.errmsg, error.errmsg
    else:
        raise AssertionError("not refused: %s" % code)


def passed(name):
    print("PASS " + name, flush=True)


refused(40001, Bank(CORP, "wrong").user.get, "zhang")
refused(40013, Bank("wwother", SECRET).user.get, "zhang")
bank = Bank(CORP, SECRET)
assert bank.user.get("zhang")["name"] == "zhang"
refused(60111, bank.user.get, "nobody")
desk("/expire")
assert bank.user.get("li")["userid"] == "li"
assert sees("/overview")["tokens_issued"] == 2
passed("tokens: wrong ones are told, an expired one is renewed by the client itself")

assert {user["userid"] for user in bank.user.list(7)} == {"zhang", "li", "wang"}
assert [dep["id"] for dep in bank.department.get()] == [1, 7]
passed("the address book")

contact = bank.external_contact
assert set(contact.get_follow_user_list()["follow_user"]) == {"zhang", "li", "wang"}
refused(84061, contact.list, "zhang")
way = contact.add_contact_way(1, 2, state="BR0102", user=["zhang"], skip_verify=True)
assert contact.get_contact_way(way["config_id"])["contact_way"]["state"] == "BR0102"
code = desk("/customers/%s/add" % ANN, {"config_id": way["config_id"]})["welcome_code"]
assert contact.list("zhang")["external_userid"] == [ANN]
followed = contact.get(ANN)["follow_user"][0]
assert (followed["state"], followed["userid"]) == ("BR0102", "zhang")
passed("a contact way, and the customer who came by it")

greeting = {"welcome_code": code, "text": {"content": "您好😀"}}
contact.send_welcome_msg(greeting)
refused(41050, contact.send_welcome_msg, greeting)
assert sees("/inbox/" + ANN)[0]["message"]["text"]["content"] == "您好😀"
passed("a greeting, once")

group = contact.add_corp_tag(None, "等级", 1, [{"name": "VIP", "order": 1}])["tag_group"]
tag = group["tag"][0]["id"]
contact.mark_tag("zhang", ANN, add_tag=[tag])
assert contact.get(ANN)["follow_user"][0]["tags"][0]["tag_name"] == "VIP"
refused(40068, contact.mark_tag, "zhang", ANN, add_tag=["etNone"])
refused(84061, contact.mark_tag, "li", ANN, add_tag=[tag])
contact.del_corp_tag(tag_id=[tag])
assert contact.get(ANN)["follow_user"][0]["tags"] == []
passed("tags")

sent = contact.add_msg_template({"external_userid": [ANN], "sender": "zhang", "text": {"content": "讲座"}})
assert sent["fail_list"] == [] and len(sees("/inbox/" + ANN)) == 1
desk("/staff/zhang/confirm", {"msgid": sent["msgid"]})
assert len(sees("/inbox/" + ANN)) == 2
passed("a message to many waits for the member")

bank.message.send_text(AGENT, ["zhang"], "转介客户😀")
assert sees("/notices/zhang")[-1]["text"]["content"] == "转介客户😀"
bank.message.send_text_card(AGENT, ["zhang", "ghost"], "标题", "描述", "https://bank.example/")
refused(40056, bank.message.send_text, 999, ["zhang"], "x")
refused(81013, bank.message.send_text, AGENT, ["ghost"], "x")
media = bank.media.upload("file", io.BytesIO(b"a statement of account"))
bank.message.send_file(AGENT, ["zhang"], media["media_id"])
passed("notices to staff, with a file")

chat = desk("/staff/zhang/group", {"name": "理财群", "members": [ANN]})["chat_id"]
assert bank.external_contact_group_chat.get(chat)["group_chat"]["owner"] == "zhang"
desk("/staff/zhang/leave")
left = contact.get_unassigned_list(0, 100)
assert [row["external_userid"] for row in left["info"]] == [ANN] and left["is_last"]
ticket = bank.jsapi.get_agent_ticket()["ticket"]
assert ticket != bank.jsapi.get_ticket()["ticket"]
assert len(bank.jsapi.get_jsapi_signature("n", ticket, 1, "https://bank.example/")) == 40
passed("groups, customers of who left, tickets")

print("DONE")
