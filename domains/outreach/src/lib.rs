//! Outreach 触达: taken over by the owner `outreach`; the owner `wechat` does libs/wechat, sandbox and ports/couriers only.
