//! Channel 渠道: taken over by the chief; the owner `wechat` does libs/wechat, sandbox and ports/couriers only.
