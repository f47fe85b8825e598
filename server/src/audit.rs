//! Who did what to whose record. An entry never holds a name, a phone number or a health fact.

mod store;

use diesel::QueryResult;
use doorstep_shared::{Timestamp, ids::AccountId};
use uuid::Uuid;

use crate::db::Conn;

/// What was done. The words stand in the database for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    ChildAdded,
    ChildChanged,
    ChildExported,
    ChildErased,
    /// By staff of the nursery to which it came.
    ChildSeenAtBoard,
    ConsentGiven,
    ConsentWithdrawn,
    FamilyExported,
    AccountErased,
    MemberChanged,
    MemberRemoved,
    FamilyLeft,
    RelativeInvited,
    InvitationRevoked,
    InvitationAccepted,
    InvitationDeclined,
    PickUpPersonAdded,
    PickUpPersonChanged,
    PickUpPersonRemoved,
    PhotoStored,
    PhotoErased,
    PhotoRead,
    PickUpCodeIssued,
    PickUpCodeRevoked,
    StaffSignedIn,
    StaffSignedOutEverywhere,
    StaffInvited,
    StaffInvitationRevoked,
    StaffInvitationAccepted,
    StaffChanged,
    StaffRemoved,
    /// A link to choose a new password was sent.
    StaffLetInAnew,
    PasswordChanged,
    AppChanged,
    RecoveryCodesRenewed,
    HoursChanged,
    ClosureLifted,
    IssuerSignedIn,
    CampaignCreated,
    CampaignPaused,
    CampaignResumed,
    CampaignClosed,
    BudgetSet,
    VoucherCancelled,
    /// By staff of the nursery to which it came.
    ChildSeenInStatement,
    /// All of a nursery's month, as a file.
    StatementsExported,
    MonthClosed,
    /// An old refresh token was used again, so its session was ended.
    RefreshReused,
}

impl Action {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ChildAdded => "child_added",
            Self::ChildChanged => "child_changed",
            Self::ChildExported => "child_exported",
            Self::ChildErased => "child_erased",
            Self::ChildSeenAtBoard => "child_seen_at_board",
            Self::ConsentGiven => "consent_given",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::FamilyExported => "family_exported",
            Self::AccountErased => "account_erased",
            Self::MemberChanged => "member_changed",
            Self::MemberRemoved => "member_removed",
            Self::FamilyLeft => "family_left",
            Self::RelativeInvited => "relative_invited",
            Self::InvitationRevoked => "invitation_revoked",
            Self::InvitationAccepted => "invitation_accepted",
            Self::InvitationDeclined => "invitation_declined",
            Self::PickUpPersonAdded => "pick_up_person_added",
            Self::PickUpPersonChanged => "pick_up_person_changed",
            Self::PickUpPersonRemoved => "pick_up_person_removed",
            Self::PhotoStored => "photo_stored",
            Self::PhotoErased => "photo_erased",
            Self::PhotoRead => "photo_read",
            Self::PickUpCodeIssued => "pick_up_code_issued",
            Self::PickUpCodeRevoked => "pick_up_code_revoked",
            Self::StaffSignedIn => "staff_signed_in",
            Self::StaffSignedOutEverywhere => "staff_signed_out_everywhere",
            Self::StaffInvited => "staff_invited",
            Self::StaffInvitationRevoked => "staff_invitation_revoked",
            Self::StaffInvitationAccepted => "staff_invitation_accepted",
            Self::StaffChanged => "staff_changed",
            Self::StaffRemoved => "staff_removed",
            Self::StaffLetInAnew => "staff_let_in_anew",
            Self::PasswordChanged => "password_changed",
            Self::AppChanged => "app_changed",
            Self::RecoveryCodesRenewed => "recovery_codes_renewed",
            Self::HoursChanged => "hours_changed",
            Self::ClosureLifted => "closure_lifted",
            Self::IssuerSignedIn => "issuer_signed_in",
            Self::CampaignCreated => "campaign_created",
            Self::CampaignPaused => "campaign_paused",
            Self::CampaignResumed => "campaign_resumed",
            Self::CampaignClosed => "campaign_closed",
            Self::BudgetSet => "budget_set",
            Self::VoucherCancelled => "voucher_cancelled",
            Self::ChildSeenInStatement => "child_seen_in_statement",
            Self::StatementsExported => "statements_exported",
            Self::MonthClosed => "month_closed",
            Self::RefreshReused => "refresh_reused",
        }
    }
}

/// Notes, in the transaction that does it, that `account` did `action` to `subject`: the id of a child, a family, an
/// account, an invitation, a session, a campaign, a voucher, a nursery, a statement.
pub fn record(conn: &mut Conn, now: Timestamp, account: AccountId, action: Action, subject: Uuid) -> QueryResult<()> {
    store::insert(conn, now, account, action.as_str(), subject)
}

/// The actions noted for a subject, oldest first.
pub fn of(conn: &mut Conn, subject: Uuid) -> QueryResult<Vec<String>> {
    store::actions_of(conn, subject)
}
