//! UUIDv7 identifiers, one type per noun, so that a child's id cannot be passed where an offer's is meant.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "db", derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow))]
        #[cfg_attr(feature = "db", diesel(sql_type = diesel::sql_types::Binary))]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// A new identifier; later ones sort after earlier ones.
            #[cfg(feature = "db")]
            #[expect(clippy::new_without_default, reason = "a new id is an event, not a default value")]
            pub fn new() -> Self { Self(uuid::Uuid::now_v7()) }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
        }

        #[cfg(feature = "db")]
        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Binary, DB> for $name
        where [u8]: diesel::serialize::ToSql<diesel::sql_types::Binary, DB>
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                self.0.as_bytes().as_slice().to_sql(out)
            }
        }

        #[cfg(feature = "db")]
        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Binary, DB> for $name
        where Vec<u8>: diesel::deserialize::FromSql<diesel::sql_types::Binary, DB>
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                Ok(Self(uuid::Uuid::from_slice(&Vec::from_sql(bytes)?)?))
            }
        }
    )+};
}

ids! {
    /// A person who signs in.
    AccountId,
    /// A signed-in device.
    SessionId,
    FamilyId,
    /// To belong to a family.
    InvitationId,
    /// Somebody who picks up, known by name and photo.
    PickUpPersonId,
    /// One person's code for one day of a booking.
    PickUpCodeId,
    /// To work at a nursery.
    StaffInvitationId,
    ChildId,
    ConsentId,
    NurseryId,
    ClassId,
    /// A care kind sold by a class.
    OfferId,
    ClosureId,
    /// A change of opening hours, with what became of the bookings that it touched.
    HoursChangeId,
    /// Somebody who looks after children.
    CarerId,
    ShiftId,
    /// One run of an import.
    ImportId,
    BookingId,
    /// One child on one day of a booking.
    BookingDayId,
    /// Something done at a nursery's board; made by the device that did it.
    ActionId,
    /// A family's wish for a place in one class and window on one date.
    WaitlistEntryId,
    /// Who gives vouchers out.
    IssuerId,
    CampaignId,
    VoucherId,
    /// What a state of a campaign's money followed from.
    LedgerEntryId,
    /// A month that a nursery has closed.
    StatementId,
    /// A text message to a person or a nursery.
    MessageId,
    JobId,
}
