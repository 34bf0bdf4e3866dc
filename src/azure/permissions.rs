//! Permissions of a shared access signature.

use crate::error::{Error, ErrorKind, error};
use core::fmt;
use core::ops::BitOr;
use core::str::FromStr;

/// The operations that a shared access signature allows.
///
/// Combine constants with `|`, or parse letters. Constants are written in the order of the service;
/// parsed letters are written in their own order, which the service accepts as well.
///
/// ```
/// use presign::azure::Permissions;
///
/// let both = Permissions::LIST | Permissions::READ;
/// assert_eq!(both, "rl".parse()?);
/// assert!(both.contains(Permissions::READ));
/// assert!("rr".parse::<Permissions>().is_err());
/// # Ok::<(), presign::Error>(())
/// ```
///
/// | letter | permission | resources |
/// |---|---|---|
/// | `r` | [read](Permissions::READ) | all; queue: peek |
/// | `a` | [add](Permissions::ADD) | blobs, queue, table |
/// | `c` | [create](Permissions::CREATE) | blobs, files |
/// | `w` | [write](Permissions::WRITE) | blobs, files |
/// | `d` | [delete](Permissions::DELETE) | blobs, files, table |
/// | `x` | [delete a version](Permissions::DELETE_VERSION) | blobs except a directory |
/// | `y` | [delete permanently](Permissions::DELETE_PERMANENTLY) | a blob |
/// | `l` | [list](Permissions::LIST) | container, directory, share |
/// | `t` | [tags](Permissions::TAGS) | blobs except a directory |
/// | `f` | [find by tags](Permissions::FIND) | container |
/// | `m` | [move](Permissions::MOVE) | blobs |
/// | `e` | [execute](Permissions::EXECUTE) | blobs |
/// | `o` | [change the owner](Permissions::OWNERSHIP) | blobs |
/// | `p` | [permissions](Permissions::MODIFY_PERMISSIONS), or [process](Permissions::PROCESS) | blobs, queue |
/// | `i` | [immutability](Permissions::IMMUTABILITY) | blobs except a directory |
/// | `u` | [update](Permissions::UPDATE) | queue, table |
///
/// The letters are those of [Create a service
/// SAS](https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas#specify-permissions).
#[derive(Clone, Copy, Default)]
pub struct Permissions {
    /// One bit for each letter.
    letters: u32,
    /// The letters in the order in which they were parsed, padded with zeros. Empty if constants
    /// were combined.
    written: [u8; MAX_LETTERS],
}

const MAX_LETTERS: usize = 16;

/// All letters.
const LETTERS: &str = "racwdxyltfmeopiu";

impl Permissions {
    /// No permission, for a token whose stored access policy has them.
    pub const NONE: Self = Permissions::of(0);
    /// Reads a blob or a file, peeks at messages, or queries entities.
    pub const READ: Self = Permissions::letter(b'r');
    /// Appends to a blob, or adds a message or an entity.
    pub const ADD: Self = Permissions::letter(b'a');
    /// Writes a new blob or file.
    pub const CREATE: Self = Permissions::letter(b'c');
    /// Writes a blob or a file.
    pub const WRITE: Self = Permissions::letter(b'w');
    /// Deletes a blob, a file, a message or an entity.
    pub const DELETE: Self = Permissions::letter(b'd');
    /// Deletes a version of a blob.
    pub const DELETE_VERSION: Self = Permissions::letter(b'x');
    /// Deletes a snapshot or a version of a blob permanently.
    pub const DELETE_PERMANENTLY: Self = Permissions::letter(b'y');
    /// Lists blobs or files.
    pub const LIST: Self = Permissions::letter(b'l');
    /// Reads and writes the tags of a blob.
    pub const TAGS: Self = Permissions::letter(b't');
    /// Finds blobs by their tags.
    pub const FIND: Self = Permissions::letter(b'f');
    /// Moves a blob or a directory.
    pub const MOVE: Self = Permissions::letter(b'm');
    /// Reads system properties, and the access control list of a blob or directory.
    pub const EXECUTE: Self = Permissions::letter(b'e');
    /// Changes the owner of a blob or directory.
    pub const OWNERSHIP: Self = Permissions::letter(b'o');
    /// Changes the permissions of a blob or directory. Its letter is also that of
    /// [`PROCESS`](Permissions::PROCESS).
    pub const MODIFY_PERMISSIONS: Self = Permissions::letter(b'p');
    /// Receives and deletes messages of a queue. Its letter is also that of
    /// [`MODIFY_PERMISSIONS`](Permissions::MODIFY_PERMISSIONS).
    pub const PROCESS: Self = Permissions::letter(b'p');
    /// Sets an immutability policy or a legal hold of a blob.
    pub const IMMUTABILITY: Self = Permissions::letter(b'i');
    /// Updates a message or an entity.
    pub const UPDATE: Self = Permissions::letter(b'u');

    const fn of(letters: u32) -> Self {
        Permissions {
            letters,
            written: [0; MAX_LETTERS],
        }
    }

    const fn letter(letter: u8) -> Self {
        Permissions::of(bit(letter))
    }

    /// Returns whether all of `other` are among these.
    #[must_use]
    pub fn contains(self, other: Permissions) -> bool {
        self.letters & other.letters == other.letters
    }

    /// Returns whether any of `other` is among these.
    pub(super) fn intersects(self, other: Permissions) -> bool {
        self.letters & other.letters != 0
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.letters == 0
    }

    /// Returns the first letter that is not one of these.
    pub(super) fn letter_outside(self, allowed: AllowedLetters) -> Option<char> {
        let outside = self.letters & !allowed.bits;
        if outside == 0 {
            return None;
        }
        Permissions::of(outside).letters().next()
    }

    /// Returns the letters.
    pub(super) fn letters(self) -> impl Iterator<Item = char> {
        let letters = LETTERS.bytes();
        let letters = letters.filter(move |letter| self.letters & bit(*letter) != 0);
        letters.map(char::from)
    }

    /// Writes the letters into the buffer: as they were parsed, else in the given order.
    pub(super) fn write<'b>(self, order: &str, buffer: &'b mut PermissionLetters) -> &'b str {
        let is_parsed = self.written[0] != 0;
        let order = if is_parsed {
            &self.written
        } else {
            order.as_bytes()
        };
        let letters = order
            .iter()
            .filter(|letter| self.letters & bit(**letter) != 0)
            .take(self.letters.count_ones() as usize);
        let mut length = 0usize;
        for (slot, letter) in buffer.iter_mut().zip(letters) {
            *slot = *letter;
            length = length.saturating_add(1);
        }
        let letters = buffer.get(..length).unwrap_or_default();
        core::str::from_utf8(letters).unwrap_or_default()
    }
}

/// The letters that a kind of resource has.
#[derive(Clone, Copy)]
pub(super) struct AllowedLetters {
    /// In the order of the service.
    pub(super) text: &'static str,
    bits: u32,
}

impl AllowedLetters {
    pub(super) const fn new(text: &'static str) -> Self {
        let (mut bits, mut letters) = (0, text.as_bytes());
        while let [letter, rest @ ..] = letters {
            bits |= bit(*letter);
            letters = rest;
        }
        AllowedLetters { text, bits }
    }
}

/// Space for all letters.
pub(super) type PermissionLetters = [u8; MAX_LETTERS];

/// Returns the bit of a letter.
const fn bit(letter: u8) -> u32 {
    1u32.wrapping_shl(letter.wrapping_sub(b'a') as u32)
}

impl BitOr for Permissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Permissions::of(self.letters | other.letters)
    }
}

/// Compares the permissions, in whichever order they are written.
impl PartialEq for Permissions {
    fn eq(&self, other: &Self) -> bool {
        self.letters == other.letters
    }
}

impl Eq for Permissions {}

/// Parses letters such as `rl`.
impl FromStr for Permissions {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut permissions = Permissions::NONE;
        for (index, c) in text.chars().enumerate() {
            if !LETTERS.contains(c) {
                return Err(error!(
                    Policy,
                    "unknown permission `{}`; the letters are {LETTERS}",
                    c.escape_debug()
                ));
            }
            let letter = c as u8;
            if permissions.letters & bit(letter) != 0 {
                return Err(error!(Policy, "duplicate permission `{c}`; write it once"));
            }
            permissions.letters |= bit(letter);
            match permissions.written.get_mut(index) {
                Some(slot) => *slot = letter,
                None => return Err(Error::new(ErrorKind::Policy, "too many permissions")),
            }
        }
        Ok(permissions)
    }
}

/// Shows the letters.
impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = PermissionLetters::default();
        write!(f, "Permissions({})", self.write(LETTERS, &mut buffer))
    }
}
