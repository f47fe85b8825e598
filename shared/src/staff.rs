//! Who works at a nursery, and what each may see and do there: one table, [`StaffRole::may`].

pub mod demo;
mod joining;
mod people;
mod security;
mod sign_in;

pub use self::{
    joining::{
        AcceptStaffInvitation, AppSetup, InviteStaff, OpenStaffInvitation, OpenedStaffInvitation,
        RevokeStaffInvitation, StaffInvitation, StaffJoined,
    },
    people::{ChangeStaff, GetStaffPeople, RemoveStaff, ResetStaff, StaffMember, StaffPeople},
    security::{
        BeginApp, ChangePassword, ConfirmApp, EndStaffSessions, GetStaffSecurity, RecoveryCodes, RenewRecoveryCodes,
        StaffSecurity, StaffSession,
    },
    sign_in::{
        ChooseNursery, GetStaffMe, RefreshStaffSession, StaffMe, StaffSignIn, StaffSignOut, StaffTokens, Workplace,
    },
};
use crate::words::words;

words! {
    /// As what somebody works at a nursery.
    pub enum StaffRole {
        /// Answers for the nursery: everything, and who works there. A nursery always has one.
        Head = "head",
        /// Cares for a class: the board, who comes and goes, what the day was like.
        Teacher = "teacher",
        /// Speaks with families: the board, requests, what is to be paid.
        FrontDesk = "front_desk",
    }
}

words! {
    /// What staff may see or do at the nursery that their session acts for. Each route of theirs names one of them.
    pub enum StaffAbility {
        /// One's own sign-in: who one is, password, codes, sessions, acting for another nursery.
        OwnStaffAccount = "own_staff_account",
        /// Who is expected, present, collected; head count and ratio.
        KeepBoard = "keep_board",
        /// Checking children in and out.
        CheckIn = "check_in",
        /// Names, health facts and pick-up persons of the children who come.
        SeeNurseryChildren = "see_nursery_children",
        /// The roster of staff, places, opening hours and closures.
        EditPlaces = "edit_places",
        /// Accepting and declining what families ask for.
        AnswerRequests = "answer_requests",
        /// Offers, prices and the rules that come with them.
        EditOffers = "edit_offers",
        /// Meals, sleep, mood, photos and incidents of a day.
        WriteReports = "write_reports",
        /// Statements of what families owe and the nursery earns.
        SeeMoney = "see_money",
        /// Closing a month's statements, after which they never change.
        CloseMonths = "close_months",
        /// Inviting, removing, changing roles, letting somebody back in who has lost the password.
        ManageStaff = "manage_staff",
    }
}

words! {
    /// What an invitation is for.
    pub enum StaffInvitationPurpose {
        /// To work at the nursery.
        Join = "join",
        /// To choose a new password and set up the app anew.
        Reset = "reset",
    }
}

words! {
    /// What became of an invitation.
    pub enum StaffInvitationAnswer {
        Accepted = "accepted",
        /// Taken back by a head.
        Revoked = "revoked",
    }
}

/// Whether one of so many heads may go, or become something else: a nursery keeps one.
pub const fn head_may_go(heads: usize) -> bool {
    heads > 1
}

impl StaffAbility {
    /// The table: head, teacher, front desk.
    const fn row(self) -> [bool; 3] {
        match self {
            Self::OwnStaffAccount | Self::KeepBoard | Self::CheckIn | Self::SeeNurseryChildren => [true, true, true],
            Self::WriteReports => [true, true, false],
            Self::AnswerRequests | Self::SeeMoney => [true, false, true],
            Self::EditPlaces | Self::EditOffers | Self::CloseMonths | Self::ManageStaff => [true, false, false],
        }
    }
}

impl StaffRole {
    pub const fn may(self, ability: StaffAbility) -> bool {
        let [head, teacher, front_desk] = ability.row();
        match self {
            Self::Head => head,
            Self::Teacher => teacher,
            Self::FrontDesk => front_desk,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::Ability;

    #[test]
    fn a_head_may_everything_and_nobody_else_says_who_works_there_or_what_it_costs() {
        let allowed = |role: StaffRole| StaffAbility::ALL.iter().filter(move |ability| role.may(**ability));
        let [head, teacher, front_desk] = [StaffRole::Head, StaffRole::Teacher, StaffRole::FrontDesk]
            .map(|role| allowed(role).copied().collect::<Vec<_>>());
        use StaffAbility as A;
        let all = [A::OwnStaffAccount, A::KeepBoard, A::CheckIn, A::SeeNurseryChildren];
        assert_eq!(head, StaffAbility::ALL);
        assert_eq!(teacher, [&all[..], &[A::WriteReports]].concat());
        assert_eq!(front_desk, [&all[..], &[A::AnswerRequests, A::SeeMoney]].concat());
    }

    #[test]
    fn no_ability_of_staff_is_called_as_one_of_families() {
        for ability in StaffAbility::ALL {
            assert!(ability.as_str().parse::<Ability>().is_err(), "{ability} stands in both tables");
        }
    }
}
