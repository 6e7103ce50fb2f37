"""wechatpy plays the bank against the simulated platform, unmodified: requests for WeChat's hosts are carried to the
simulation by a transport adapter. Each step must go as against WeChat itself; the first surprise ends the script.

usage: official.py BASE APPID SECRET OPENID TEMPLATE"""

import hashlib
import io
import sys

import requests
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient
from wechatpy.exceptions import APILimitedException, WeChatClientException, WeChatOAuthException
from wechatpy.oauth import WeChatOAuth

BASE, APPID, SECRET, ANN, TEMPLATE = sys.argv[1:6]
HOSTS = ("https://api.weixin.qq.com", "https://mp.weixin.qq.com", "https://open.weixin.qq.com")


class Simulation(HTTPAdapter):
    """Carries what is meant for WeChat to the simulation."""

    def send(self, request, **kwargs):
        for host in HOSTS:
            request.url = request.url.replace(host, BASE + "/wechat", 1)
        return super().send(request, **kwargs)


def session():
    made = requests.Session()
    made.trust_env = False
    for host in HOSTS:
        made.mount(host, Simulation())
    return made


class Bank(WeChatClient):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._http = session()


web = requests.Session()
web.trust_env = False


def phone(path, body=None):
    answer = web.post(BASE + "/phone/" + ANN + path, json=body or {}, timeout=10)
    assert answer.status_code == 200, (path, answer.status_code, answer.text)
    return answer.json()


def control(path, body=None):
    call = web.post if body is not None else web.get
    return call(BASE + path, **({"json": body} if body is not None else {}), timeout=10).json()


def refused(code, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except (WeChatClientException, WeChatOAuthException) as error:
        assert error.errcode == code, (code, error.errcode, error.errmsg)
        assert code == -1 or " rid: " in error.errmsg, error.errmsg
        return error
    raise AssertionError("not refused: %s" % code)


def passed(name):
    print("PASS " + name, flush=True)


def custom_messages(client):
    refused(45015, client.message.send_text, ANN, "窗口还没开")
    phone("/text", {"content": "在吗"})
    wait_for_answer()
    for _ in range(5):
        assert client.message.send_text(ANN, "您好😀 <a href=\"https://bank.example/\">链接</a>")["errcode"] == 0
    refused(45047, client.message.send_text, ANN, "第六条")
    refused(40003, client.message.send_text, "oNobodyNobodyNobodyNobodyNob", "谁")
    passed("customer messages and their window")


def wait_for_answer():
    """Until the bank's passive reply to the text has come."""
    for _ in range(50):
        items = web.get(BASE + "/phone/" + ANN + "/chat?after=0&wait_ms=1000", timeout=10).json()["items"]
        if any(item["from"] == "me" for item in items):
            return
    raise AssertionError("the text was never said")


def templates(client):
    data = {
        "character_string1": {"value": "1234"},
        "phrase2": {"value": "挂失成功"},
        "character_string3": {"value": "L1"},
        "time4": {"value": "2026-01-01 08:00"},
    }
    sent = client.message.send_template(ANN, TEMPLATE, data, url="https://bank.example/")
    assert sent["msgid"] > 2 ** 53, sent
    refused(40037, client.message.send_template, ANN, "none", data)
    refused(47003, client.message.send_template, ANN, TEMPLATE, dict(data, phrase2={"value": "ok"}))
    added = client.template.get("TM00001")
    assert any(one["template_id"] == added for one in client.template.get_all_private_template()["template_list"])
    client.template.del_private_template(added)
    passed("template messages")


def users_and_tags(client):
    ann = client.user.get(ANN)
    assert ann["subscribe"] == 1 and ann["openid"] == ANN and ann["unionid"], ann
    assert ANN in list(client.user.iter_followers())
    assert client.user.get_batch([ANN])[0]["openid"] == ANN
    client.user.update_remark(ANN, "老客户")
    assert client.user.get(ANN)["remark"] == "老客户"
    tag = client.tag.create("贵宾")["id"]
    refused(45157, client.tag.create, "贵宾")
    client.tag.tag_user(tag, [ANN])
    assert client.tag.get_user_tag(ANN) == [tag]
    assert list(client.tag.iter_tag_users(tag)) == [ANN]
    assert any(one["id"] == tag and one["count"] == 1 for one in client.tag.get())
    client.tag.batch_black_list([ANN])
    assert client.tag.get_black_list()["data"]["openid"] == [ANN]
    client.tag.batch_unblack_list([ANN])
    passed("users, tags, blacklist")
    return tag


def menus(client, tag):
    button = {"type": "click", "name": "余额", "key": "BALANCE"}
    client.menu.create({"button": [button]})
    assert client.menu.get()["menu"]["button"][0]["key"] == "BALANCE"
    refused(40018, client.menu.create, {"button": [dict(button, name="六个汉字太长")]})
    rule = {"button": [dict(button, key="VIP")], "matchrule": {"tag_id": str(tag)}}
    menu = client.menu.add_conditional(rule)["menuid"]
    assert client.menu.try_match(ANN)["button"][0]["key"] == "VIP"
    refused(65320, client.menu.add_conditional, dict(rule, matchrule={"sex": "1"}))
    client.menu.del_conditional(menu)
    assert client.menu.try_match(ANN)["button"][0]["key"] == "BALANCE"
    assert client.menu.get_menu_info()["is_menu_open"] == 1
    passed("menus")


def ticket(client):
    value = client.jsapi.get_jsapi_ticket()
    assert client.jsapi.get_jsapi_ticket() == value
    theirs = client.jsapi.get_jsapi_signature("Wm3WZYTPz0wzccnW", value, 1414587457, "http://bank.example/?a=余")
    whole = "jsapi_ticket=%s&noncestr=Wm3WZYTPz0wzccnW&timestamp=1414587457&url=http://bank.example/?a=余" % value
    assert theirs == hashlib.sha1(whole.encode()).hexdigest()
    passed("ticket and signature")


def media(client):
    picture = ("余额.jpg", io.BytesIO(b"\xff\xd8\r\n--not a boundary\r\n\x00\xff\xd9"), "image/jpeg")
    up = client.media.upload("image", picture)
    assert up["type"] == "image" and up["media_id"], up
    assert client.media.download(up["media_id"]).content == picture[1].getvalue()
    refused(40007, client.media.download, "none")
    picture[1].seek(0)
    kept = client.material.add("image", picture)["media_id"]
    assert client.material.get(kept).content == picture[1].getvalue()
    assert client.material.get_count()["image_count"] == 1
    assert client.material.batchget("image")["item"][0]["media_id"] == kept
    client.material.delete(kept)
    refused(40007, client.material.get, kept)
    passed("media and material")


def codes(client):
    made = client.qrcode.create(
        {"expire_seconds": 600, "action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "BR0102"}}})
    assert made["expire_seconds"] == 600, made
    assert session().get(client.qrcode.get_url(made["ticket"]), timeout=10).content[:4] == b"\x89PNG"
    refused(40053, client.qrcode.create, {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {}}})
    phone("/unfollow")
    assert client.user.get(ANN)["subscribe"] == 0
    assert phone("/scan", {"ticket": made["ticket"]})["ok"]
    assert client.user.get(ANN)["qr_scene_str"] == "BR0102"
    passed("codes")


def desk(client):
    client.customservice.add_account("anna@bank", "安娜", "unused")
    refused(61453, client.customservice.add_account, "anna@bank", "安娜", "unused")
    client.customservice.create_session(ANN, "anna@bank")
    assert client.customservice.get_session(ANN)["kf_account"] == "anna@bank"
    assert client.customservice.get_session_list("anna@bank")[0]["openid"] == ANN
    client.customservice.close_session(ANN, "anna@bank")
    assert client.customservice.get_accounts()[0]["kf_nick"] == "安娜"
    client.customservice.delete_account("anna@bank")
    passed("customer service")


def masses(client, tag):
    client.tag.tag_user(tag, [ANN])
    for _ in range(4):
        client.message.send_mass_text(tag, "活动公告")
    refused(45028, client.message.send_mass_text, tag, "第五次")
    passed("mass messages")


def oauth():
    bank = WeChatOAuth(APPID, SECRET, BASE + "/api/back", "snsapi_userinfo", "S1")
    bank._http = session()
    held = session().get(bank.authorize_url.split("#")[0], headers={"Cookie": "sandbox_phone=" + ANN},
                         allow_redirects=False, timeout=10)
    code = held.headers["location"].split("code=")[1].split("&")[0]
    token = bank.fetch_access_token(code)
    assert token["openid"] == ANN, token
    assert bank.get_user_info()["openid"] == ANN and bank.check_access_token(ANN)
    assert bank.refresh_access_token(token["refresh_token"])["openid"] == ANN
    refused(40163, bank.fetch_access_token, code)
    passed("oauth")


def expiry(client):
    """The platform ends the token; the SDK fetches another and goes on. Then another system takes it away."""
    for switch, column in (("expire_token", "refused_42001"), ("void_token", "refused_40001")):
        before = control("/platform/calls")
        control("/faults", {"wechat": {switch: True}})
        assert client.user.get(ANN)["openid"] == ANN
        after = control("/platform/calls")
        assert after["tokens_issued"] == before["tokens_issued"] + 1, (before, after)
        assert after[column] == before[column] + 1, (before, after)
    passed("expiry: refreshed and tried again")


def limits(client):
    control("/platform/spend", {"path": "/cgi-bin/tags/get"})
    try:
        client.tag.get()
        raise AssertionError("not limited")
    except APILimitedException as error:
        assert error.errcode == 45009, error
    client.post("clear_quota", data={"appid": APPID})
    client.tag.get()
    quota = client.post("openapi/quota/get", data={"cgi_path": "/cgi-bin/tags/get"})["quota"]
    assert (quota["daily_limit"], quota["used"]) == (1000, 1), quota
    refused(40125, Bank(APPID, "wrong").user.get, ANN)
    refused(40013, Bank("wx0000000000000000", SECRET).user.get, ANN)
    assert client.misc.get_wechat_ips() == ["127.0.0.1"]
    passed("quotas and credentials")


def main():
    client = Bank(APPID, SECRET)
    custom_messages(client)
    templates(client)
    tag = users_and_tags(client)
    menus(client, tag)
    ticket(client)
    media(client)
    codes(client)
    desk(client)
    masses(client, tag)
    oauth()
    expiry(client)
    limits(client)
    print("DONE", flush=True)


main()
