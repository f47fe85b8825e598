//! Who belongs to a family, and what each may see and do: one table, [`Role::may`].

mod invitations;
mod members;
mod pick_ups;

pub use self::{
    invitations::{
        AcceptInvitation, DeclineInvitation, Invitation, InvitationState, Invite, ListMyInvitations, MyInvitation,
        MyInvitations, RevokeInvitation,
    },
    members::{ChangeMember, FamilyMember, FamilyPeople, GetFamily, LeaveFamily, RemoveMember},
    pick_ups::{
        AddPickUpPerson, ChangePickUpPerson, ErasePhoto, IssuePickUpCode, ListPickUpCodes, ListPickUps,
        PERSON_CHARACTERS, PickUp, PickUpCode, PickUpCodes, PickUpPerson, PickUpPersonExport, PickUps,
        RemovePickUpPerson, RevokePickUpCode,
    },
};
use crate::words::words;

words! {
    /// As what somebody belongs to a family.
    pub enum Role {
        /// Decides: books, changes records and consents, says who belongs to the family.
        Guardian = "guardian",
        /// A grandmother, an uncle: sees what is booked and brings the child.
        Member = "member",
        /// Picks a child up on the days for which a guardian gave a code, and sees nothing else.
        PickUp = "pick_up",
    }
}

words! {
    /// What a signed-in person may see or do. Each route that needs a sign-in names one of them.
    pub enum Ability {
        /// One's own account: who one is, signing out, taking one's data away, erasing it, answering an invitation,
        /// leaving a family, acting for another one.
        OwnAccount = "own_account",
        /// Names, birthdays and calendars of the children.
        SeeChildren = "see_children",
        /// Allergies and notes. The consent to keep them names the nursery that is booked, and no further relatives.
        SeeHealth = "see_health",
        /// Adding, changing and erasing children, their consents, the link to their calendar.
        ManageChildren = "manage_children",
        /// Bookings with the code for the door.
        SeeBookings = "see_bookings",
        /// Booking, moving, cancelling, undoing; reporting a child absent; saying who picks up.
        Book = "book",
        /// Who belongs to the family, with photos.
        SeeFamily = "see_family",
        /// Inviting, removing, changing roles, adding persons who pick up.
        ManageFamily = "manage_family",
        /// The days on which oneself picks up, with the code.
        SeePickUps = "see_pick_ups",
    }
}

/// Whether one of so many guardians may go, or become something else: a family keeps one.
pub const fn guardian_may_go(guardians: usize) -> bool {
    guardians > 1
}

impl Ability {
    /// The table: guardian, member, person who picks up.
    const fn row(self) -> [bool; 3] {
        match self {
            Self::OwnAccount => [true, true, true],
            Self::SeeChildren | Self::SeeBookings | Self::SeeFamily => [true, true, false],
            Self::SeeHealth | Self::ManageChildren | Self::Book | Self::ManageFamily => [true, false, false],
            Self::SeePickUps => [false, false, true],
        }
    }
}

impl Role {
    pub const fn may(self, ability: Ability) -> bool {
        let [guardian, member, pick_up] = ability.row();
        match self {
            Self::Guardian => guardian,
            Self::Member => member,
            Self::PickUp => pick_up,
        }
    }
}

words! {
    /// What became of an invitation.
    pub enum InvitationAnswer {
        Accepted = "accepted",
        Declined = "declined",
        /// Taken back by a guardian.
        Revoked = "revoked",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_guardian_decides_and_who_picks_up_sees_nothing_else() {
        let allowed = |role: Role| Ability::ALL.iter().filter(move |ability| role.may(**ability));
        let [guardian, member, pick_up] =
            [Role::Guardian, Role::Member, Role::PickUp].map(|role| allowed(role).copied().collect::<Vec<_>>());
        assert_eq!(pick_up, [Ability::OwnAccount, Ability::SeePickUps]);
        assert_eq!(member, [Ability::OwnAccount, Ability::SeeChildren, Ability::SeeBookings, Ability::SeeFamily]);
        assert_eq!(guardian.len(), Ability::ALL.len() - 1, "all but what is for persons who pick up");
    }
}
