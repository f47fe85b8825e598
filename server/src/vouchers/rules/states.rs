//! What can become of a voucher, and where its money is then: in one account, and the same whichever way it came there.

use doorstep_shared::{
    Date, Fen,
    vouchers::{LedgerKind, VoucherState},
};

/// The accounts of a campaign, or what an entry adds to each. Together they make nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Given by the issuer: negative.
    pub budget: Fen,
    /// Promised to nobody.
    pub remaining: Fen,
    pub claimed: Fen,
    /// Set aside for bookings. Together with `claimed`: outstanding.
    pub locked: Fen,
    pub redeemed: Fen,
    pub settled: Fen,
    pub expired: Fen,
}

impl Amounts {
    /// Of a budget, or of what is added to it.
    pub fn funded(fen: Fen) -> Self {
        Self { budget: Fen::ZERO - fen, remaining: fen, ..Self::default() }
    }

    pub fn sum(self) -> Fen {
        let Self { budget, remaining, claimed, locked, redeemed, settled, expired } = self;
        [budget, remaining, claimed, locked, redeemed, settled, expired].into_iter().sum()
    }

    fn with(self, other: Self, of: fn(Fen, Fen) -> Fen) -> Self {
        Self {
            budget: of(self.budget, other.budget),
            remaining: of(self.remaining, other.remaining),
            claimed: of(self.claimed, other.claimed),
            locked: of(self.locked, other.locked),
            redeemed: of(self.redeemed, other.redeemed),
            settled: of(self.settled, other.settled),
            expired: of(self.expired, other.expired),
        }
    }
}

impl std::ops::Add for Amounts {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.with(other, std::ops::Add::add)
    }
}

impl std::ops::Sub for Amounts {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.with(other, std::ops::Sub::sub)
    }
}

/// What decides about a voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub state: VoucherState,
    pub worth: Fen,
    /// What it has paid; nothing before it was redeemed.
    pub used: Fen,
    /// Last day.
    pub expires_on: Date,
}

impl Standing {
    /// Where its money is, since it was claimed. What a redeemed voucher did not pay is lost to the family, as what is
    /// not used in time.
    pub fn amounts(self) -> Amounts {
        let Self { worth, used, .. } = self;
        let (gone, rest) = (Amounts { remaining: Fen::ZERO - worth, ..Amounts::default() }, worth - used);
        match self.state {
            VoucherState::Claimed => Amounts { claimed: worth, ..gone },
            VoucherState::Locked => Amounts { locked: worth, ..gone },
            VoucherState::Redeemed => Amounts { redeemed: used, expired: rest, ..gone },
            VoucherState::Settled => Amounts { settled: used, expired: rest, ..gone },
            VoucherState::Expired => Amounts { expired: worth, ..gone },
            VoucherState::Void => Amounts::default(),
            // What is taken back can be promised anew.
            VoucherState::Recovered => Amounts { remaining: used - worth, expired: rest, ..Amounts::default() },
        }
    }

    /// Whether it was not used in time.
    pub fn has_run_out(self, today: Date) -> bool {
        self.state == VoucherState::Claimed && self.expires_on < today
    }
}

/// What somebody, or time, does with a voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is set aside for a booking.
    Lock,
    /// The booking was cancelled. The first expiry stays.
    Release,
    /// The child was checked in; it has paid so much.
    Redeem { used: Fen },
    /// The check-in was taken back.
    Undo,
    /// The nursery was paid.
    Settle,
    /// Its last day is over.
    Expire,
    /// The issuer takes it back.
    Cancel,
    /// What was paid is taken back.
    Recover,
}

/// What a voucher is after a step, and what the ledger calls it. None when it cannot be done.
pub fn step(voucher: Standing, step: Step, today: Date) -> Option<(Standing, LedgerKind)> {
    use VoucherState as S;
    let (state, kind) = match (voucher.state, step) {
        (S::Claimed, Step::Lock) if !voucher.has_run_out(today) => (S::Locked, LedgerKind::Lock),
        (S::Locked, Step::Release) => (S::Claimed, LedgerKind::Release),
        (S::Locked, Step::Redeem { used }) if used >= Fen::ZERO && used <= voucher.worth => {
            let redeemed = Standing { state: S::Redeemed, used, ..voucher };
            return Some((redeemed, LedgerKind::Redeem));
        }
        (S::Redeemed, Step::Undo) => {
            return Some((Standing { state: S::Locked, used: Fen::ZERO, ..voucher }, LedgerKind::Undo));
        }
        (S::Redeemed, Step::Settle) => (S::Settled, LedgerKind::Settle),
        (S::Claimed, Step::Expire) if voucher.has_run_out(today) => (S::Expired, LedgerKind::Expire),
        (S::Claimed, Step::Cancel) => (S::Void, LedgerKind::Cancel),
        (S::Settled, Step::Recover) => (S::Recovered, LedgerKind::Recover),
        _ => return None,
    };
    Some((Standing { state, ..voucher }, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voucher(state: VoucherState, used: i64) -> Standing {
        let expires_on = "2026-12-31".parse().unwrap();
        Standing { state, worth: Fen(10_000), used: Fen(used), expires_on }
    }

    #[test]
    fn a_voucher_takes_these_steps_and_no_others() {
        use VoucherState as S;
        let redeem = Step::Redeem { used: Fen(6_000) };
        let (in_time, late) = ("2026-12-31", "2027-01-01");
        let steps =
            [Step::Lock, Step::Release, redeem, Step::Undo, Step::Settle, Step::Expire, Step::Cancel, Step::Recover];
        let can: &[(S, Step, &str, S)] = &[
            (S::Claimed, Step::Lock, in_time, S::Locked),
            (S::Claimed, Step::Cancel, in_time, S::Void),
            (S::Claimed, Step::Cancel, late, S::Void),
            (S::Claimed, Step::Expire, late, S::Expired),
            (S::Locked, Step::Release, in_time, S::Claimed),
            (S::Locked, Step::Release, late, S::Claimed),
            (S::Locked, redeem, in_time, S::Redeemed),
            // It was set aside in time.
            (S::Locked, redeem, late, S::Redeemed),
            (S::Redeemed, Step::Undo, in_time, S::Locked),
            (S::Redeemed, Step::Undo, late, S::Locked),
            (S::Redeemed, Step::Settle, in_time, S::Settled),
            (S::Redeemed, Step::Settle, late, S::Settled),
            (S::Settled, Step::Recover, in_time, S::Recovered),
            (S::Settled, Step::Recover, late, S::Recovered),
        ];
        for state in S::ALL {
            for wanted in steps {
                for day in [in_time, late] {
                    let became = step(voucher(*state, 0), wanted, day.parse().unwrap()).map(|(after, _)| after.state);
                    let expected = can.iter().find(|row| (row.0, row.1, row.2) == (*state, wanted, day));
                    assert_eq!(became, expected.map(|row| row.3), "{state}, {wanted:?} on {day}");
                }
            }
        }
    }

    #[test]
    fn nothing_pays_more_than_it_is_worth_or_less_than_nothing() {
        let today = "2026-12-01".parse().unwrap();
        for (used, can) in [(0, true), (10_000, true), (10_001, false), (-1, false)] {
            let after = step(voucher(VoucherState::Locked, 0), Step::Redeem { used: Fen(used) }, today);
            assert_eq!(after.is_some(), can, "{used}");
        }
    }

    #[test]
    fn in_every_state_the_accounts_make_nothing_and_the_money_is_in_one_place() {
        for (state, used) in VoucherState::ALL.iter().flat_map(|state| [(*state, 0), (*state, 6_000), (*state, 10_000)])
        {
            let is_used = matches!(state, VoucherState::Redeemed | VoucherState::Settled | VoucherState::Recovered);
            if used > 0 && !is_used {
                continue;
            }
            let amounts = voucher(state, used).amounts();
            assert_eq!(amounts.sum(), Fen::ZERO, "{state} {used}");
            assert_eq!(amounts.budget, Fen::ZERO, "{state} {used}");
            let holds = [amounts.claimed, amounts.locked, amounts.redeemed, amounts.settled];
            let places = holds.iter().filter(|fen| **fen != Fen::ZERO).count();
            assert!(places <= 1, "{state} {used}");
        }
    }
}
