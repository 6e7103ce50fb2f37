//! Payments 支付: taken over by the chief; the money owner stops after `domains/accounts`.
