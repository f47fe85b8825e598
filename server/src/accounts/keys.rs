//! The secrets of this installation: made at first start, kept in the data folder, readable by the owner only.
//!
//! Every process of a city must have the same ones. Losing `data.key` loses the health facts that it sealed.

use std::{
    fs, io,
    io::{Read as _, Write as _},
    path::Path,
};

use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce, aead::Aead as _, aead::KeyInit as _, aead::Payload};
use hmac::{Hmac, Mac as _};
use rand::TryRng as _;
use sha2::Sha256;

use crate::{
    error::{Error, Result},
    private,
};

/// Bytes of a key.
const LENGTH: usize = 32;
/// Bytes of a nonce of XChaCha20: long enough to be drawn at random for every text.
const NONCE: usize = 24;
/// The first byte of what is sealed, so that another cipher or key can follow one day.
const SEALED_V1: u8 = 1;

/// What a keyed hash is for, so that a hash made for one purpose means nothing for another.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    Code,
    Address,
    Refresh,
    Device,
    PickUp,
    /// A device on which a phone has signed in by password.
    StaffDevice,
    /// The phone of a try at a password.
    Try,
    Recovery,
    Openid,
    WechatState,
    /// The code of an invitation to work at a nursery.
    Invitation,
    /// What a nursery's door shows.
    Door,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Code => b"doorstep code\0",
            Self::Address => b"doorstep address\0",
            Self::Refresh => b"doorstep refresh\0",
            Self::Device => b"doorstep device\0",
            Self::PickUp => b"doorstep pick-up\0",
            Self::StaffDevice => b"doorstep staff device\0",
            Self::Try => b"doorstep try\0",
            Self::Recovery => b"doorstep recovery\0",
            Self::Openid => b"doorstep openid\0",
            Self::WechatState => b"doorstep wechat state\0",
            Self::Invitation => b"doorstep invitation\0",
            Self::Door => b"doorstep door\0",
        }
    }
}

pub struct Keys {
    hash: [u8; LENGTH],
    /// Signs access tokens.
    pub token: [u8; LENGTH],
    seal: XChaCha20Poly1305,
}

impl Keys {
    /// Reads the keys below `data`, and makes those that are missing.
    ///
    /// # Errors
    /// When the folder cannot be written, or a key can be read by others than its owner.
    pub fn open(data: &Path) -> Result<Self> {
        let folder = data.join("keys");
        private::make_folder(&folder).map_err(|error| Error::internal(format!("{}: {error}", folder.display())))?;
        let key = |name: &str| {
            let path = folder.join(name);
            key(&path).map_err(|error| Error::internal(format!("{}: {error}", path.display())))
        };
        Ok(Self {
            hash: key("hash.key")?,
            token: key("token.key")?,
            seal: XChaCha20Poly1305::new(&Key::from(key("data.key")?)),
        })
    }

    fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.hash).expect("any length");
        mac.update(purpose.label());
        for part in parts {
            // With its length before each part, no two lists of parts read the same.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }

    /// A keyed hash: without the key nobody can try out what was hashed.
    pub fn hash(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(purpose, parts).finalize().into_bytes().into()
    }

    /// Whether `hash` is that of these parts, in a time that does not tell how nearly.
    pub fn verify(&self, purpose: Purpose, parts: &[&[u8]], hash: &[u8]) -> bool {
        self.mac(purpose, parts).verify_slice(hash).is_ok()
    }

    /// The same for the first half of it, where a whole one is too long to be shown.
    pub fn verify_first(&self, purpose: Purpose, parts: &[&[u8]], first: &[u8; 16]) -> bool {
        self.mac(purpose, parts).verify_truncated_left(first).is_ok()
    }

    /// Encrypts a text and binds it to `place`: sealed bytes copied to another row do not open there.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn seal(&self, place: &[u8], text: &str) -> Result<Vec<u8>> {
        self.seal_bytes(place, text.as_bytes())
    }

    /// The same for what is no text.
    ///
    /// # Errors
    /// As [`Keys::seal`].
    pub fn seal_bytes(&self, place: &[u8], bytes: &[u8]) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE] = random()?;
        let payload = Payload { msg: bytes, aad: place };
        let sealed = self.seal.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Error::internal("something could not be sealed"))?;
        Ok([&[SEALED_V1], &nonce[..], &sealed].concat())
    }

    /// The text that was sealed for `place`.
    ///
    /// # Errors
    /// When it was sealed with another key or for another place, or was changed.
    pub fn open_sealed(&self, place: &[u8], sealed: &[u8]) -> Result<String> {
        String::from_utf8(self.open_bytes(place, sealed)?).map_err(|_| broken())
    }

    /// The same for what is no text.
    ///
    /// # Errors
    /// As [`Keys::open_sealed`].
    pub fn open_bytes(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>> {
        let (&version, rest) = sealed.split_first().ok_or_else(broken)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        if version != SEALED_V1 {
            return Err(broken());
        }
        let payload = Payload { msg: text, aad: place };
        self.seal.decrypt(&XNonce::from(*nonce), payload).map_err(|_| broken())
    }
}

fn broken() -> Error {
    Error::internal("what was sealed does not open: was data.key exchanged?")
}

/// Bytes from the system's generator.
///
/// # Errors
/// When it has none to give.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

/// The key at `path`. Two processes that start together agree on the one that was linked there first, and never see
/// half of it.
fn key(path: &Path) -> io::Result<[u8; LENGTH]> {
    if !path.try_exists()? {
        let fresh = path.with_extension(uuid::Uuid::now_v7().simple().to_string());
        let mut file = private::create(&fresh)?;
        file.write_all(&random::<LENGTH>().map_err(io::Error::other)?)?;
        file.sync_all()?;
        let linked = fs::hard_link(&fresh, path);
        fs::remove_file(&fresh)?;
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => (),
        }
    }
    read_private(path)
}

fn read_private(path: &Path) -> io::Result<[u8; LENGTH]> {
    let mut file = fs::File::open(path)?;
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&file.metadata()?.permissions()) & 0o077 != 0 {
        return Err(io::Error::other("others can read this key; take that right away with chmod 600"));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    bytes.try_into().map_err(|_| io::Error::other("a key has 32 bytes; this file is no key"))
}

#[cfg(test)]
pub mod testing {
    use super::*;

    /// Keys as they would be made, without a folder.
    pub fn keys() -> std::sync::Arc<Keys> {
        let seal = XChaCha20Poly1305::new(&Key::from([3; LENGTH]));
        std::sync::Arc::new(Keys { hash: [1; LENGTH], token: [2; LENGTH], seal })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(std::path::PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn folder() -> Folder {
        Folder(std::env::temp_dir().join(format!("doorstep-keys-{}", uuid::Uuid::now_v7())))
    }

    #[test]
    fn keys_outlive_a_restart_and_are_their_owners_alone() {
        let folder = folder();
        let (first, second) = (Keys::open(&folder.0).unwrap(), Keys::open(&folder.0).unwrap());
        assert_eq!((first.hash, first.token), (second.hash, second.token));
        assert_ne!(first.hash, first.token);
        let sealed = first.seal(b"here", "花生").unwrap();
        assert_eq!(second.open_sealed(b"here", &sealed).unwrap(), "花生");
        #[cfg(unix)]
        for entry in fs::read_dir(folder.0.join("keys")).unwrap() {
            use std::os::unix::fs::PermissionsExt as _;
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
        }
    }

    #[test]
    fn processes_that_start_together_agree() {
        let folder = folder();
        let opened: Vec<_> = std::thread::scope(|scope| {
            let started: Vec<_> = (0..8).map(|_| scope.spawn(|| Keys::open(&folder.0).unwrap().token)).collect();
            started.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(opened.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(fs::read_dir(folder.0.join("keys")).unwrap().count(), 3, "nothing is left over");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = folder();
        Keys::open(&folder.0).unwrap();
        let path = folder.0.join("keys/token.key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let Err(refused) = Keys::open(&folder.0) else { panic!("opened") };
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
    }

    #[test]
    fn a_sealed_text_opens_unchanged_and_in_its_place_only() {
        let keys = testing::keys();
        let sealed = keys.seal(b"child 1", "花生、牛奶").unwrap();
        assert_eq!(keys.open_sealed(b"child 1", &sealed).unwrap(), "花生、牛奶");
        assert_ne!(keys.seal(b"child 1", "花生、牛奶").unwrap(), sealed, "no two seals are alike");
        assert!(keys.open_sealed(b"child 2", &sealed).is_err(), "moved to another child");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(keys.open_sealed(b"child 1", &changed).is_err(), "byte {at} changed");
            assert!(keys.open_sealed(b"child 1", &sealed[..at]).is_err(), "cut to {at}");
        }
    }

    #[test]
    fn a_keyed_hash_belongs_to_its_purpose_and_its_parts() {
        let keys = testing::keys();
        let hash = keys.hash(Purpose::Code, &[b"ab", b"c"]);
        assert!(keys.verify(Purpose::Code, &[b"ab", b"c"], &hash));
        assert!(!keys.verify(Purpose::Code, &[b"a", b"bc"], &hash));
        assert!(!keys.verify(Purpose::Address, &[b"ab", b"c"], &hash));
        assert!(!keys.verify(Purpose::Code, &[b"ab", b"c"], &hash[..31]));
    }
}
