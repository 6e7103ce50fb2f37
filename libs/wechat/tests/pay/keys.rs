//! Keys and signatures, against what OpenSSL made with the same keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use weigui_wechat::crypto::{Certificate, KeyError, Padding, PrivateKey, PublicKey, Scheme};

pub(crate) const MERCHANT: &str = include_str!("../data/pay/merchant.pem");
pub(crate) const MERCHANT_PUBLIC: &str = include_str!("../data/pay/merchant.pub.pem");
pub(crate) const SM2_MERCHANT: &str = include_str!("../data/pay/sm2_merchant.pem");
pub(crate) const SM2_MERCHANT_PUBLIC: &str = include_str!("../data/pay/sm2_merchant.pub.pem");

const MESSAGE: &str = "POST\n/v3/pay/transactions/jsapi\n1767225600\nabc\n{\"中\":1}\n";
const RSA_BY_OPENSSL: &str = "fj+/fuhNJtynGgWV5BVpYF745O9C7iE+pNl+25Ey8n96jlDMKsnbZgOaUUNnGGEAfQiCYtAyFQB+DoV3mQoj77lP7ZLSmkQQ5MhUm9yPmrnV9tkbuiG+uXUtDPq50tDAHDLZxlch5IcXpDIvFDCbzcAxuA/053zeX0Jv7MbvbO5vb5sO4bhHcMchL6ZkdAFr7H5lOYyaDueMUpQjUX9E5AFcd2hZQoA8aCxkmsZk9HgLPfm4uivzD0v7KBWoUZtMMNtY/+mtDH/VV+MxBR/S4trd44mY7ENJtxNBtYaJ897JQwj/SVhduS7Qdt0gdE1Sh6cx8BU7XXyIzaLJwh/y2w==";
const SM2_BY_OPENSSL: &str =
    "MEQCIBBFrC1BEQhuRtNlmGjJF7IrMDyCzNxZv6ta7poaOB8zAiArRm5SnhEDpt+ojaZtd7U//UKcvVX3rQyYSEjzwChCdA==";
const PSS_BY_OPENSSL: &str = "rKpBdBn6gu8jAJcbXqkF/vi1Tecw8sv2wBqostRf3M8GxQvaHfusw6ZLtr/v1I0bJF/WBYs3n8VrO7ruBJTGEjKDkQnW2clc2YyJUKk9xMXWy7AdvIVb5GTPqH8olJEZPhYPk+5IplgAV/DD92rjzB4eP9WKM/fb3qo6DThQQivUKyQduDPO8xtltfkbXwL8ptb8qfd6Z/HDTqg2PPctjt69p6M3gPuIysXTpbATp1wA0+pRKByxapfxJDqwMKwqtsJMTguTaaANgxpvSdvBR2f9KRjJhAiTVYWc8NC00ghwWRmt/6UaGokJUpBIjb+bjVpDX9VaHJxeAPb0Gmr6cA==";

#[test]
fn rsa_signs_as_openssl_does() {
    let key = PrivateKey::from_pem(MERCHANT).unwrap();
    assert_eq!(key.scheme(), Scheme::Rsa);
    let signature = key.sign(MESSAGE.as_bytes(), Padding::Pkcs1).unwrap();
    assert_eq!(STANDARD.encode(signature), RSA_BY_OPENSSL);
}

#[test]
fn signatures_of_openssl_are_accepted_and_changed_ones_are_not() {
    let rsa = PublicKey::from_pem(MERCHANT_PUBLIC).unwrap();
    let sm2 = PublicKey::from_pem(SM2_MERCHANT_PUBLIC).unwrap();
    for (key, signature, padding) in [
        (&rsa, RSA_BY_OPENSSL, Padding::Pkcs1),
        (&rsa, PSS_BY_OPENSSL, Padding::Pss),
        (&sm2, SM2_BY_OPENSSL, Padding::Pkcs1),
    ] {
        let signature = STANDARD.decode(signature).unwrap();
        assert!(key.verify(MESSAGE.as_bytes(), &signature, padding));
        assert!(!key.verify(b"another", &signature, padding));
        assert!(!key.verify(MESSAGE.as_bytes(), &signature[1..], padding));
        for at in [0, 8, signature.len() - 1] {
            let mut changed = signature.clone();
            changed[at] ^= 1;
            assert!(!key.verify(MESSAGE.as_bytes(), &changed, padding), "{at}");
        }
    }
    let pss = STANDARD.decode(PSS_BY_OPENSSL).unwrap();
    assert!(!rsa.verify(MESSAGE.as_bytes(), &pss, Padding::Pkcs1));
}

#[test]
fn each_family_verifies_its_own() {
    for pem in [MERCHANT, SM2_MERCHANT] {
        let key = PrivateKey::from_pem(pem).unwrap();
        for padding in [Padding::Pkcs1, Padding::Pss] {
            let signature = key.sign(MESSAGE.as_bytes(), padding).unwrap();
            assert!(
                key.public()
                    .unwrap()
                    .verify(MESSAGE.as_bytes(), &signature, padding)
            );
        }
        assert!(!format!("{key:?}").contains("MII"));
    }
}

#[test]
fn certificates_of_both_families() {
    let rsa = Certificate::from_pem(include_str!("../data/pay/platform_a.crt.pem")).unwrap();
    assert_eq!(rsa.serial(), "5AE00133445566778899AABBCCDDEEFF00112233");
    assert_eq!(rsa.key().scheme(), Scheme::Rsa);
    assert!(rsa.is_valid(1_800_000_000) && !rsa.is_valid(0) && !rsa.is_valid(i64::MAX));
    let sm2 = Certificate::from_pem(include_str!("../data/pay/sm2_platform.crt.pem")).unwrap();
    assert_eq!(sm2.serial(), "0A110133445566778899AABBCCDDEEFF00112233");
    assert_eq!(sm2.key().scheme(), Scheme::Sm2);
}

#[test]
fn what_is_no_key_is_refused() {
    let cut = MERCHANT.get(..200).unwrap();
    for bad in ["", "-----BEGIN", cut, MERCHANT_PUBLIC, "钥匙"] {
        assert!(PrivateKey::from_pem(bad).is_err(), "{bad}");
    }
    assert!(PublicKey::from_pem(MERCHANT).is_err());
    assert!(Certificate::from_pem(MERCHANT_PUBLIC).is_err());
    assert_eq!(PrivateKey::from_pem("x").unwrap_err(), KeyError::Pem);
}
