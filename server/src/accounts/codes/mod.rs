//! Sign-in codes: asked for, sent by text message, redeemed once.
//!
//! Nothing here knows whether a phone has an account, so nothing can tell. Tries are counted on the code and in the
//! database: neither a restart nor a second process forgets them. Nobody is locked out by what others do: [`limits`].

mod limits;
mod store;

use std::net::IpAddr;

use chrono::Duration;
use doorstep_shared::{
    Problem, ProblemKind, Timestamp,
    accounts::CodeSent,
    messages::MessageKind,
    phone::Phone,
    problem::{FieldProblem, FieldRule},
};
use doorstep_web::{Locale, family::messages};

use self::limits::{Limit, Scope};
use super::keys::{self, Keys, Purpose};
use crate::{
    auth,
    config::CodeLimits,
    db::Conn,
    error::Result,
    outbox::{self, Channel, Message, Notice},
};

/// How long a code can be used.
pub const VALID: Duration = Duration::minutes(10);
/// Tries at a code for whoever asked for it, and as many for all others together: a mistyped digit or two are forgiven,
/// one guess in 100,000 is let through, and nobody's tries can be used up from elsewhere.
pub const TRIES: i16 = 5;
/// How long codes are kept: as long as the longest limit counts them.
const KEPT: Duration = Duration::days(1);
/// Codes are the numbers below this, written with six digits.
const CODES: u32 = 1_000_000;

/// Who asks for a code, or tries one.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    pub address: IpAddr,
    /// The phone has signed in on this device before.
    pub known: bool,
    /// In which the code is sent.
    pub locale: Locale,
}

impl Asker {
    fn address_hash(self, keys: &Keys) -> [u8; 32] {
        keys.hash(Purpose::Address, &[&auth::network(self.address)])
    }
}

/// Makes a code and sends it to the phone. Codes sent there before are void from now on.
///
/// # Errors
/// `too-many-requests` with the time to wait when a limit is reached; nothing is sent then.
pub fn ask(
    conn: &mut Conn,
    now: Timestamp,
    keys: &Keys,
    limits: &CodeLimits,
    phone: &Phone,
    asker: Asker,
) -> Result<CodeSent> {
    store::lock_phone(conn, phone)?;
    let address = asker.address_hash(keys);
    for limit in limits::of(limits, asker.known) {
        let since = store::nth_latest(conn, limit.scope, limit.most, phone, &address)?;
        if let Some(wait) = since.and_then(|since| wait(limit, since, now)) {
            let mut problem = Problem::new(ProblemKind::TooManyRequests).retry_after_s(wait);
            if limit.scope == Scope::Phone && limit.within == Duration::minutes(1) {
                let detail = "a code was sent to it less than a minute ago and is good still".to_owned();
                problem.fields.push(FieldProblem { field: "phone".to_owned(), rule: FieldRule::Twice, detail });
            }
            return Err(problem.into());
        }
    }
    let code = draw()?;
    let id = uuid::Uuid::now_v7();
    let hash = keys.hash(Purpose::Code, &[id.as_bytes(), phone.as_str().as_bytes(), code.as_bytes()]);
    store::insert(conn, id, phone, &hash, &address, now, now + VALID)?;
    let body = messages::sign_in_code(&code, VALID.num_minutes(), asker.locale);
    let (event, recipient) = (format!("code:{id}"), phone.as_str().to_owned());
    let message = Message { event, recipient, channel: Channel::Sms, body };
    outbox::tell_batch(conn, now, &[Notice { kind: MessageKind::Code, until: Some(now + VALID), ..message.into() }])?;
    let next = limits::of(limits, asker.known).find(|limit| limit.scope == Scope::Phone && limit.most == 1);
    Ok(CodeSent { retry_after_s: next.map_or(0, |limit| seconds(limit.within)) })
}

/// Keeps other processes from counting what is sent to this phone until the transaction ends.
pub fn lock_phone(conn: &mut Conn, phone: &Phone) -> diesel::QueryResult<()> {
    store::lock_phone(conn, phone)
}

/// Takes one try at the latest code of the phone; true when it is right, and then it is used up.
///
/// Returns `Ok` for a wrong code too: the try must be committed.
pub fn redeem(conn: &mut Conn, now: Timestamp, keys: &Keys, phone: &Phone, code: &Code, asker: Asker) -> Result<bool> {
    let Some(latest) = store::latest(conn, phone)? else { return Ok(false) };
    let is_stranger = !asker.known && latest.address != asker.address_hash(keys);
    // Counted before it is compared: of many at once, five are.
    if !store::take_try(conn, latest.id, now, is_stranger, TRIES)? {
        return Ok(false);
    }
    let parts = [latest.id.as_bytes().as_slice(), phone.as_str().as_bytes(), code.0.as_bytes()];
    if !keys.verify(Purpose::Code, &parts, &latest.hash) {
        return Ok(false);
    }
    Ok(store::use_up(conn, latest.id, now)?)
}

/// Forgets codes that no limit counts any more, a bounded number. Returns how many.
pub fn prune(conn: &mut Conn, now: Timestamp) -> diesel::QueryResult<usize> {
    store::delete_before(conn, now - KEPT)
}

/// Six digits as somebody typed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// Drops spaces and reads the wide digits of Chinese keyboards.
    ///
    /// # Errors
    /// `invalid` when it is not six digits; that costs no try.
    pub fn parse(text: &str) -> Result<Self> {
        let digits = text.chars().filter(|c| !c.is_whitespace()).map(|c| match c {
            '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')).unwrap_or(c),
            c => c,
        });
        let digits: String = digits.collect();
        if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self(digits));
        }
        Err(Problem::field("code", FieldRule::NotACode, "a code has six digits").into())
    }
}

/// Seconds until the limit allows another code, given when the `most`th latest was sent. None: now.
fn wait(limit: Limit, since: Timestamp, now: Timestamp) -> Option<u32> {
    let left = since + limit.within - now;
    (left > Duration::zero()).then(|| seconds(left))
}

/// Rounded up, so that whoever waits that long has waited long enough.
pub fn seconds(of: Duration) -> u32 {
    u32::try_from((of.num_milliseconds() + 999) / 1_000).unwrap_or(u32::MAX)
}

fn draw() -> Result<String> {
    Ok(digits(&keys::random::<8>()?))
}

/// Six digits of bytes that nobody can foresee.
pub fn digits(bytes: &[u8]) -> String {
    // Of 2^64 numbers each code gets as many as the next, but for one in 18 million million.
    let drawn = bytes.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
    format!("{:06}", drawn % u64::from(CODES))
}

#[cfg(test)]
mod tests {
    use doorstep_shared::phone::Phone;

    use super::*;
    use crate::{
        accounts::keys::testing::keys,
        db::{Db, testing},
    };

    fn phone(last: u8) -> Phone {
        format!("1380000{last:04}").parse().unwrap()
    }

    /// As somebody gets them who sets nothing.
    fn limits() -> CodeLimits {
        #[derive(clap::Parser)]
        struct Settings {
            #[command(flatten)]
            limits: CodeLimits,
        }
        <Settings as clap::Parser>::parse_from(["doorstep"]).limits
    }

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));

    /// Asks for a code and reads it in the outbox; the seconds to wait when it is refused.
    fn asked(db: &Db, now: Timestamp, phone: &Phone, address: IpAddr) -> Result<String, u32> {
        let phone = phone.clone();
        let asked = db.write_blocking(move |conn| {
            ask(conn, now, &keys(), &limits(), &phone, stranger(address))?;
            let sent = outbox::latest(conn, Some(phone.as_str()), 1)?;
            Ok(sent[0].body.chars().filter(char::is_ascii_digit).take(6).collect())
        });
        asked.map_err(|error| {
            let problem = error.into_problem();
            assert_eq!(problem.kind, ProblemKind::TooManyRequests);
            problem.retry_after_s.unwrap()
        })
    }

    /// Tries a code at home.
    fn tried(db: &Db, now: Timestamp, phone: &Phone, code: &str) -> bool {
        tried_by(db, now, phone, code, stranger(HOME))
    }

    fn tried_by(db: &Db, now: Timestamp, phone: &Phone, code: &str, asker: Asker) -> bool {
        let (phone, code) = (phone.clone(), Code::parse(code).unwrap());
        db.write_blocking(move |conn| redeem(conn, now, &keys(), &phone, &code, asker)).unwrap()
    }

    fn stranger(address: IpAddr) -> Asker {
        Asker { address, known: false, locale: Locale::Zh }
    }

    fn elsewhere(n: u8) -> IpAddr {
        IpAddr::from([198, 51, 100, n])
    }

    fn another(code: &str) -> String {
        format!("{:06}", (code.parse::<u32>().unwrap() + 1) % CODES)
    }

    #[test]
    fn a_code_signs_in_once() {
        let (db, now, phone) = (testing::scratch(), testing::now(), phone(1));
        let code = asked(&db, now, &phone, HOME).unwrap();
        assert!(!tried(&db, now, &self::phone(2), &code), "it is another phone's");
        assert!(tried(&db, now, &phone, &code));
        assert!(!tried(&db, now, &phone, &code), "it is used up");
    }

    #[test]
    fn a_code_lives_ten_minutes() {
        let (db, now, phone) = (testing::scratch(), testing::now(), phone(1));
        let code = asked(&db, now, &phone, HOME).unwrap();
        assert!(!tried(&db, now + VALID, &phone, &code));
        assert!(tried(&db, now + VALID - Duration::microseconds(1), &phone, &code));
    }

    #[test]
    fn the_fifth_try_counts_and_the_sixth_does_not() {
        for (wrong, signs_in) in [(4, true), (5, false)] {
            let (db, now, phone) = (testing::scratch(), testing::now(), phone(1));
            let code = asked(&db, now, &phone, HOME).unwrap();
            for _ in 0..wrong {
                assert!(!tried(&db, now, &phone, &another(&code)));
            }
            assert_eq!(tried(&db, now, &phone, &code), signs_in, "after {wrong} wrong tries");
        }
    }

    #[test]
    fn a_new_code_voids_the_older_ones_and_brings_new_tries() {
        let (db, now, phone) = (testing::scratch(), testing::now(), phone(1));
        let first = asked(&db, now, &phone, HOME).unwrap();
        for _ in 0..TRIES {
            assert!(!tried(&db, now, &phone, &another(&first)));
        }
        let later = now + Duration::minutes(1);
        let second = asked(&db, later, &phone, HOME).unwrap();
        if first != second {
            assert!(!tried(&db, later, &phone, &first));
        }
        assert!(tried(&db, later, &phone, &second), "nobody is locked out by tries at an older code");
    }

    #[test]
    fn who_asks_for_anothers_codes_and_guesses_at_them_keeps_nobody_out() {
        let (db, phone) = (testing::scratch(), phone(1));
        let mut now = testing::now();
        // One address: its own share of the day.
        for _ in 0..2 {
            for _ in 0..5 {
                assert!(asked(&db, now, &phone, elsewhere(1)).is_ok());
                now = now + Duration::minutes(1);
            }
            assert!(asked(&db, now, &phone, elsewhere(1)).is_err(), "no more for this hour");
            now = now + Duration::hours(1);
        }
        assert!(asked(&db, now, &phone, elsewhere(1)).is_err(), "no more for this day");
        let code = asked(&db, now, &phone, HOME).unwrap();
        for _ in 0..9 {
            assert!(!tried_by(&db, now, &phone, &another(&code), stranger(elsewhere(1))));
        }
        assert!(tried(&db, now, &phone, &code), "others' guesses cost the phone's owner no try");

        // Many addresses: all strangers' share of the day. A device that the phone has used before is no stranger.
        let mut from = 2;
        while asked(&db, now + Duration::minutes(1), &phone, elsewhere(from)).is_ok() {
            (now, from) = (now + Duration::minutes(1), from + 1);
        }
        assert_eq!(from - 2, 30 - 11);
        now = now + Duration::minutes(1);
        assert!(asked(&db, now, &phone, HOME).is_err());
        let known = Asker { known: true, ..stranger(HOME) };
        let (at, to) = (now, phone.clone());
        let sent = db.write_blocking(move |conn| ask(conn, at, &keys(), &limits(), &to, known));
        assert!(sent.is_ok());
    }

    #[test]
    fn all_others_have_five_tries_at_a_code_together() {
        for (wrong, signs_in) in [(4, true), (5, false)] {
            let (db, now, phone) = (testing::scratch(), testing::now(), phone(1));
            let code = asked(&db, now, &phone, HOME).unwrap();
            for from in 0..wrong {
                assert!(!tried_by(&db, now, &phone, &another(&code), stranger(elsewhere(from))));
            }
            assert_eq!(tried_by(&db, now, &phone, &code, stranger(elsewhere(9))), signs_in, "after {wrong}");
        }
    }

    #[test]
    fn one_address_gets_ten_codes_of_a_phone_a_day() {
        let (db, phone) = (testing::scratch(), phone(1));
        let (mut now, mut codes) = (testing::now(), 0);
        let end = now + Duration::days(1);
        while now < end {
            match asked(&db, now, &phone, HOME) {
                Ok(_) => codes += 1,
                Err(wait) => now = now + Duration::seconds(i64::from(wait)),
            }
        }
        assert_eq!(codes, 10);
    }

    #[test]
    fn each_limit_says_how_long_to_wait() {
        let (db, now) = (testing::scratch(), testing::now());
        assert!(asked(&db, now, &phone(1), HOME).is_ok());
        assert_eq!(asked(&db, now + Duration::milliseconds(1_500), &phone(1), HOME), Err(59), "a minute, per phone");
        for minute in 1..5 {
            assert!(asked(&db, now + Duration::minutes(minute), &phone(1), HOME).is_ok());
        }
        assert_eq!(
            asked(&db, now + Duration::minutes(5), &phone(1), HOME),
            Err(55 * 60),
            "an hour, per phone and address"
        );
        for other in 2..57 {
            assert!(asked(&db, now + Duration::minutes(5), &phone(other), HOME).is_ok(), "{other}");
        }
        assert_eq!(asked(&db, now + Duration::minutes(6), &phone(60), HOME), Err(54 * 60), "an hour, per address");
        assert!(asked(&db, now + Duration::minutes(6), &phone(60), elsewhere(1)).is_ok(), "from another address");
    }

    #[test]
    fn all_phones_together_have_a_limit() {
        let (db, now) = (testing::scratch(), testing::now());
        let limits = CodeLimits { codes_per_minute: 3, ..limits() };
        let ask_for = move |conn: &mut Conn, last| ask(conn, now, &keys(), &limits, &phone(last), stranger(HOME));
        db.write_blocking(move |conn| {
            for last in 1..=3 {
                ask_for(conn, last)?;
            }
            assert!(ask_for(conn, 4).is_err());
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn a_code_is_six_digits_however_typed() {
        let cases = [
            ("012345", true),
            (" 012 345 ", true),
            ("０１２３４５", true),
            ("01234", false),
            ("0123456", false),
            ("01234x", false),
            ("", false),
        ];
        for (text, good) in cases {
            assert_eq!(Code::parse(text).ok(), good.then(|| Code("012345".into())), "{text}");
        }
    }

    #[test]
    fn neither_code_nor_address_can_be_read_in_the_database() {
        let (db, now) = (testing::scratch(), testing::now());
        let code = asked(&db, now, &phone(1), HOME).unwrap();
        let stored = db.read_blocking(|conn| Ok(store::latest(conn, &phone(1))?.unwrap())).unwrap();
        assert!(!stored.hash.windows(6).any(|window| window == code.as_bytes()));
        let guess = keys().hash(Purpose::Code, &[phone(1).as_str().as_bytes(), code.as_bytes()]);
        assert_ne!(stored.hash, guess, "the same code of another row has another hash");
    }

    #[test]
    fn codes_are_forgotten_after_a_day() {
        let (db, now) = (testing::scratch(), testing::now());
        asked(&db, now, &phone(1), HOME).unwrap();
        let pruned = |now| db.write_blocking(move |conn| Ok(prune(conn, now)?)).unwrap();
        assert_eq!(pruned(now + KEPT - Duration::microseconds(1)), 0);
        assert_eq!(pruned(now + KEPT), 1);
    }
}
