//! `WXBizMsgCrypt` by the documented protocol: sha1 signatures over sorted parts, AES-256-CBC with the key's
//! first half as IV, PKCS#7 padding to 32-byte blocks, and the appid at the end of the plaintext.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, InnerIvInit as _};
use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq as _;

use super::reject::Reject;
use crate::account::Account;

/// WeChat pads to 32 bytes although the cipher's block is 16.
const PAD_BLOCK: usize = 32;
/// 16 random bytes and a 4-byte length stand before the message.
const HEAD: usize = 20;

/// Lower-case hex of `sha1(concat(sort(parts)))`, the signature of every kind of callback.
pub fn signature<const N: usize>(mut parts: [&str; N]) -> [u8; 40] {
    parts.sort_unstable();
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part.as_bytes());
    }
    let mut out = [0_u8; 40];
    // 20 bytes always fit 40 hex digits; a failure would leave zeros, which equal no signature.
    hex::encode_to_slice(hash.finalize(), &mut out).unwrap_or_default();
    out
}

/// Compares a computed signature with the one received, in constant time.
pub fn signature_matches(computed: &[u8; 40], received: &str) -> bool {
    computed.as_slice().ct_eq(received.as_bytes()).into()
}

impl Account {
    /// The `msg_signature` over a ciphertext.
    pub fn sign(&self, timestamp: &str, nonce: &str, encrypted: &str) -> [u8; 40] {
        signature([self.token(), timestamp, nonce, encrypted])
    }

    /// The plain `signature` of URL verification and of plaintext mode.
    pub fn sign_plain(&self, timestamp: &str, nonce: &str) -> [u8; 40] {
        signature([self.token(), timestamp, nonce])
    }

    /// Encrypts a message under fresh random bytes; the result is base64 text.
    pub fn encrypt(&self, message: &[u8], random: &[u8; 16]) -> String {
        let clear = HEAD + message.len() + self.appid.len();
        let pad = PAD_BLOCK - clear % PAD_BLOCK;
        let mut buffer = Vec::with_capacity(clear + pad);
        buffer.extend_from_slice(random);
        // Our own messages are far below 4 GiB; a longer one would be refused by every receiver.
        buffer.extend_from_slice(&u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes());
        buffer.extend_from_slice(message);
        buffer.extend_from_slice(self.appid.as_bytes());
        buffer.resize(clear + pad, u8::try_from(pad).unwrap_or_default());
        let cipher = cbc::Encryptor::inner_iv_init(self.aes_key.cipher.clone(), &self.aes_key.iv.into());
        let length = buffer.len();
        match cipher.encrypt_padded::<NoPadding>(&mut buffer, length) {
            Ok(sealed) => STANDARD.encode(sealed),
            // Unreachable: the buffer is a whole number of blocks. An empty ciphertext decrypts nowhere.
            Err(_) => String::new(),
        }
    }

    /// Decrypts a ciphertext and returns the message for this account's appid.
    ///
    /// Check the signature first: this function tells nothing about who made the ciphertext.
    pub fn decrypt(&self, encrypted: &str) -> Result<String, Reject> {
        let mut buffer = STANDARD.decode(encrypted).map_err(|_| Reject::Base64)?;
        if buffer.len() < PAD_BLOCK || !buffer.len().is_multiple_of(16) {
            return Err(Reject::Length);
        }
        let cipher = cbc::Decryptor::inner_iv_init(self.aes_key.cipher.clone(), &self.aes_key.iv.into());
        let clear = cipher
            .decrypt_padded::<NoPadding>(&mut buffer)
            .map_err(|_| Reject::Length)?;
        let message = inner(clear, self.appid.as_bytes())?;
        let (start, end) = (HEAD, HEAD + message);
        buffer.truncate(end);
        buffer.drain(..start);
        String::from_utf8(buffer).map_err(|_| Reject::Utf8)
    }
}

/// Checks padding, inner length and appid; returns the message's length.
fn inner(clear: &[u8], appid: &[u8]) -> Result<usize, Reject> {
    let pad = usize::from(*clear.last().ok_or(Reject::Length)?);
    if !(1..=PAD_BLOCK).contains(&pad) {
        return Err(Reject::Padding);
    }
    let (body, padding) = clear
        .split_at_checked(clear.len().saturating_sub(pad))
        .ok_or(Reject::Padding)?;
    if padding.len() != pad || padding.iter().any(|b| usize::from(*b) != pad) {
        return Err(Reject::Padding);
    }
    let rest = body.get(16..).ok_or(Reject::InnerLength)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or(Reject::InnerLength)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Reject::InnerLength)?;
    let (_, tail) = rest.split_at_checked(length).ok_or(Reject::InnerLength)?;
    if tail == appid {
        Ok(length)
    } else {
        Err(Reject::Appid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        Account::new(
            "wx0123456789abcdef",
            "bankDemoToken",
            "L7F2dmNtZP7o6eDpeXomqF4HTN0yjeq87ToAO3ER3l4",
            "gh_1",
        )
        .unwrap()
    }

    /// Encrypts raw plaintext bytes as they are, to build ciphertexts no honest sender makes.
    fn raw(account: &Account, clear: &[u8]) -> String {
        let mut buffer = clear.to_vec();
        let length = buffer.len();
        let cipher =
            cbc::Encryptor::inner_iv_init(account.aes_key.cipher.clone(), &account.aes_key.iv.into());
        STANDARD.encode(cipher.encrypt_padded::<NoPadding>(&mut buffer, length).unwrap())
    }

    fn padded(mut clear: Vec<u8>) -> Vec<u8> {
        let pad = 32 - clear.len() % 32;
        clear.resize(clear.len() + pad, u8::try_from(pad).unwrap());
        clear
    }

    #[test]
    fn every_broken_plaintext_has_its_own_reason() {
        let account = account();
        let head = |length: u32, rest: &[u8]| {
            let mut clear = vec![7_u8; 16];
            clear.extend_from_slice(&length.to_be_bytes());
            clear.extend_from_slice(rest);
            clear
        };
        let cases: [(Vec<u8>, Reject); 7] = [
            (vec![0; 32], Reject::Padding),
            (vec![33; 64], Reject::Padding),
            ([vec![1; 31], vec![2]].concat(), Reject::Padding),
            (vec![32; 32], Reject::InnerLength),
            (padded(head(u32::MAX, b"wx0123456789abcdef")), Reject::InnerLength),
            (padded(head(2, b"hiwx0000000000000000")), Reject::Appid),
            (padded(head(2, b"\xff\xfewx0123456789abcdef")), Reject::Utf8),
        ];
        for (clear, reason) in cases {
            assert_eq!(account.decrypt(&raw(&account, &clear)), Err(reason), "{clear:?}");
        }
        assert_eq!(account.decrypt("***"), Err(Reject::Base64));
        assert_eq!(account.decrypt(""), Err(Reject::Length));
        assert_eq!(account.decrypt(&STANDARD.encode([1; 16])), Err(Reject::Length));
        assert_eq!(account.decrypt(&STANDARD.encode([1; 33])), Err(Reject::Length));
    }

    #[test]
    fn signatures_compare_whole() {
        let computed = signature(["b", "a"]);
        let text = String::from_utf8(computed.to_vec()).unwrap();
        assert!(signature_matches(&computed, &text));
        assert!(!signature_matches(&computed, text.get(..39).unwrap()));
        assert!(!signature_matches(&computed, ""));
        assert!(!signature_matches(&computed, &text.to_uppercase()));
    }
}
