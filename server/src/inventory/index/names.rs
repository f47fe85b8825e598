//! Finding a nursery by its name: characters, pinyin, initials, or a mixture.

use pinyin::{ToPinyin as _, ToPinyinMulti as _};

/// A query is at most this long, so that a set of its positions fits 64 bits.
pub const LONGEST: usize = 60;

/// A name with the readings of its characters.
#[derive(Debug, Default)]
pub struct Spelled {
    /// What a query can be made of, one bit each: see [`bit`].
    letters: u64,
    units: Box<[Unit]>,
}

/// A character of a name. One that has several readings is followed by the others as units without advance.
#[derive(Debug)]
struct Unit {
    character: char,
    /// Without tones; empty where there is none.
    reading: &'static str,
    /// A further reading of the character before.
    again: bool,
}

/// What a person typed, ready to be compared.
#[derive(Clone, Debug)]
pub struct Typed {
    letters: u64,
    text: String,
}

impl Typed {
    /// None when nothing is left without spaces and apostrophes.
    pub fn new(text: &str) -> Option<Self> {
        let text: String = plain(text).take(LONGEST).collect();
        let letters = text.chars().fold(0, |letters, character| letters | bit(character));
        (!text.is_empty()).then_some(Self { letters, text })
    }

    /// False when a name with these letters cannot be meant.
    pub fn may_match(&self, letters: u64) -> bool {
        self.letters & !letters == 0
    }
}

/// Small letters, without what people leave out.
fn plain(text: &str) -> impl Iterator<Item = char> {
    let kept = |c: &char| !c.is_whitespace() && !matches!(c, '\'' | '’' | '·' | '-');
    text.chars().flat_map(char::to_lowercase).filter(kept)
}

/// 26 bits for letters, the others shared by all other characters.
fn bit(character: char) -> u64 {
    match character {
        'a'..='z' => 1 << (character as u32 - 'a' as u32),
        other => 1 << (26 + (other as u32).wrapping_mul(0x9E37_79B1) % 38),
    }
}

impl Spelled {
    pub fn new(name: &str) -> Self {
        let mut units = Vec::new();
        for character in plain(name) {
            let first = character.to_pinyin().map_or("", pinyin::Pinyin::plain);
            units.push(Unit { character, reading: first, again: false });
            let readings = character.to_pinyin_multi().into_iter().flatten().map(pinyin::Pinyin::plain);
            for reading in readings {
                let known = units.iter().rev().scan(true, |more, unit| {
                    // Back to the character itself, which is the first without `again`.
                    let own = *more;
                    *more = own && unit.again;
                    own.then_some(unit.reading)
                });
                if !known.collect::<Vec<_>>().contains(&reading) {
                    units.push(Unit { character, reading, again: true });
                }
            }
        }
        let letters = units.iter().fold(0, |letters, unit| {
            unit.reading.chars().fold(letters | bit(unit.character), |letters, letter| letters | bit(letter))
        });
        Self { letters, units: units.into() }
    }

    /// See [`Typed::may_match`].
    pub fn letters(&self) -> u64 {
        self.letters
    }

    /// Whether the typed text begins at some character and goes on without a gap. Each character may stand for itself,
    /// for one of its readings, or for an initial; the last one may be unfinished.
    pub fn matches(&self, typed: &Typed) -> bool {
        if !typed.may_match(self.letters) {
            return false;
        }
        let (mut reached, mut before) = (1_u64, 1_u64);
        for unit in &self.units {
            // A new character may go on from where the one before ended, or begin the text.
            if !unit.again {
                before = reached | 1;
                reached = 0;
            }
            let mut starts = before;
            while starts != 0 {
                let start = starts.trailing_zeros() as usize;
                starts &= starts - 1;
                let Some(rest) = typed.text.get(byte_of(&typed.text, start)..).filter(|rest| !rest.is_empty()) else {
                    continue;
                };
                for length in steps(unit, rest) {
                    let end = start + length;
                    if end >= typed.text.chars().count() {
                        return true;
                    }
                    reached |= 1 << end;
                }
            }
        }
        false
    }
}

fn byte_of(text: &str, character: usize) -> usize {
    text.char_indices().nth(character).map_or(text.len(), |(byte, _)| byte)
}

/// How many characters of `rest` the unit can stand for.
fn steps(unit: &Unit, rest: &str) -> impl Iterator<Item = usize> {
    let itself = rest.starts_with(unit.character).then_some(1);
    let spelled = !unit.reading.is_empty();
    let whole = (spelled && rest.starts_with(unit.reading)).then_some(unit.reading.len());
    let unfinished = (spelled && unit.reading.starts_with(rest)).then_some(rest.len());
    let letter = (spelled && rest.as_bytes().first() == unit.reading.as_bytes().first()).then_some(1);
    let double = ["zh", "ch", "sh"].into_iter().find(|initial| unit.reading.starts_with(initial));
    let double = double.filter(|initial| rest.starts_with(initial)).map(|_| 2);
    [itself, whole, unfinished, letter, double].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_characters_pinyin_and_initials() {
        let cases = [
            ("阳光宝贝托育中心", "阳光", true),
            ("阳光宝贝托育中心", "宝贝托", true),
            ("阳光宝贝托育中心", "阳贝", false),
            ("阳光宝贝托育中心", "yangguang", true),
            ("阳光宝贝托育中心", "Yang Guang", true),
            ("阳光宝贝托育中心", "yanggu", true),
            ("阳光宝贝托育中心", "baobei", true),
            ("阳光宝贝托育中心", "ygbb", true),
            ("阳光宝贝托育中心", "bbty", true),
            ("阳光宝贝托育中心", "ygbao", true),
            ("阳光宝贝托育中心", "阳guang", true),
            ("阳光宝贝托育中心", "tuoyuzhongxin", true),
            ("阳光宝贝托育中心", "tuoyuzhx", true),
            ("阳光宝贝托育中心", "angguang", false),
            ("阳光宝贝托育中心", "ygty", false),
            ("长乐托育园", "changle", true),
            ("长乐托育园", "zhangle", true),
            ("音乐宝宝", "yinyue", true),
            ("ABC Kids 托育", "abckids", true),
            ("ABC Kids 托育", "kidst", true),
            ("ABC Kids 托育", "kidsx", false),
            ("西安路托育", "xi'an", true),
            ("先锋托育", "xian", true),
            ("はなぞの保育園", "はなぞの", true),
        ];
        for (name, typed, found) in cases {
            assert_eq!(Spelled::new(name).matches(&Typed::new(typed).unwrap()), found, "{typed} in {name}");
        }
        assert!(Typed::new(" ' ").is_none());
    }

    #[test]
    fn the_longest_query_is_harmless() {
        let typed = Typed::new(&"a".repeat(200)).unwrap();
        assert!(!Spelled::new(&"啊".repeat(50)).matches(&typed));
        assert!(Spelled::new(&"啊".repeat(60)).matches(&typed));
    }
}
