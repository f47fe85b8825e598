//! Errors as the caller sees them (RFC 9457). One table maps kind to status; every kind has a text in both languages.

use serde::{Deserialize, Serialize};

use crate::{
    Date, bookings::UnfitDay, roster::Overfull, slots::NextBest, time::Timestamp, vouchers::Ineligible, words::words,
};

words! {
    /// The stable name of what went wrong.
    pub enum ProblemKind {
        /// The request cannot be read: wrong types, unknown fields, broken JSON.
        Malformed = "malformed",
        /// The request can be read, but a field breaks a rule; `fields` names each.
        Invalid = "invalid",
        Unauthenticated = "unauthenticated",
        /// The code is wrong, used, expired or tried too often; which of them is not told.
        WrongCode = "wrong-code",
        /// Phone, password and code do not belong together, or the code was used before; which of them is not told.
        WrongCredentials = "wrong-credentials",
        Forbidden = "forbidden",
        /// An unsafe call from another site's page.
        CrossSite = "cross-site",
        NotFound = "not-found",
        MethodNotAllowed = "method-not-allowed",
        TooLarge = "too-large",
        UnsupportedMediaType = "unsupported-media-type",
        TooManyRequests = "too-many-requests",
        /// The same idempotency key came with another body.
        KeyReused = "key-reused",
        /// An unsafe call without `Idempotency-Key`.
        KeyMissing = "key-missing",
        /// At least one half-hour has no place left; `next_best` offers others.
        SlotFull = "slot-full",
        /// The child is too young or too old for the class on the day of care.
        WrongAge = "wrong-age",
        /// The nursery is closed then, or the window is not one that the offer sells.
        Closed = "closed",
        /// Too short before the care begins, or too far ahead.
        NotBookable = "not-bookable",
        /// The child is booked elsewhere at that time.
        ChildBusy = "child-busy",
        /// The family already holds as many places as it may.
        TooManyHolds = "too-many-holds",
        /// The child has used up its temporary care days of the month.
        TemporaryLimit = "temporary-limit",
        /// Some dates of a pattern cannot be booked: `unfit` names them, `fits` the others. Nothing was booked.
        SomeDaysUnfit = "some-days-unfit",
        /// The hold ran out before it was confirmed.
        HoldExpired = "hold-expired",
        /// The booking is not in a state in which this can be done.
        WrongState = "wrong-state",
        /// The five minutes of undo are over.
        TooLateToUndo = "too-late-to-undo",
        /// A place is free: there is nothing to wait for, it can be booked.
        PlaceFree = "place-free",
        /// One of the children waits for that class and window already.
        AlreadyWaiting = "already-waiting",
        /// The family waits for as many windows as it may.
        TooManyEntries = "too-many-entries",
        /// More children have a place than there would be places; `overfull` names the times.
        FewerThanBooked = "fewer-than-booked",
        /// A change of opening hours touches other bookings than those that were seen. Nothing was changed.
        TouchesOthers = "touches-others",
        /// The price is above what the policy allows.
        PriceOverCap = "price-over-cap",
        /// Upcoming bookings stand in the way of erasing a child, or of a birth date with which it is too young or too
        /// old on their days; `dates` names these.
        StillBooked = "still-booked",
        /// A family always has a guardian: the only one cannot leave it, be removed or made a member.
        LastGuardian = "last-guardian",
        /// A nursery always has a head: the only one cannot be removed or given another role.
        LastHead = "last-head",
        /// The invitation ran out, was answered or taken back.
        InvitationEnded = "invitation-ended",
        /// WeChat did not say who somebody is there, or not to this session, or too long ago. Ask it again.
        WechatNotConfirmed = "wechat-not-confirmed",
        /// All vouchers are claimed.
        SoldOut = "sold-out",
        /// The child has a voucher of this campaign.
        AlreadyClaimed = "already-claimed",
        /// The child may not have this voucher; `ineligible` names each rule.
        NotEligible = "not-eligible",
        /// Nothing can be claimed yet, or for the moment; `opens_at` says from when.
        NotOpen = "not-open",
        /// The campaign has been closed for good, or its time is over.
        CampaignClosed = "campaign-closed",
        /// The month still runs, an earlier one is open, or it has been closed.
        MonthNotClosable = "month-not-closable",
        /// The figures are others by now than those that were seen. Nothing was changed.
        FiguresChanged = "figures-changed",
        /// The database cannot be reached, cannot write, or does not answer. Try again after `retry_after_s`, with the
        /// same `Idempotency-Key`: nothing happens twice, and should the call have been committed after all, its
        /// answer comes.
        Unavailable = "unavailable",
        /// A mistake of ours. `code` finds it in the log.
        Internal = "internal",
    }
}

impl ProblemKind {
    /// The HTTP status that goes with it.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed | Self::KeyMissing => 400,
            Self::Unauthenticated | Self::WrongCode | Self::WrongCredentials => 401,
            Self::Forbidden | Self::CrossSite => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::SlotFull
            | Self::WrongAge
            | Self::Closed
            | Self::NotBookable
            | Self::ChildBusy
            | Self::TooManyHolds
            | Self::TemporaryLimit
            | Self::SomeDaysUnfit
            | Self::HoldExpired
            | Self::WrongState
            | Self::TooLateToUndo
            | Self::PlaceFree
            | Self::AlreadyWaiting
            | Self::TooManyEntries
            | Self::FewerThanBooked
            | Self::TouchesOthers
            | Self::PriceOverCap
            | Self::StillBooked
            | Self::LastGuardian
            | Self::LastHead
            | Self::InvitationEnded
            | Self::WechatNotConfirmed
            | Self::SoldOut
            | Self::AlreadyClaimed
            | Self::NotEligible
            | Self::NotOpen
            | Self::CampaignClosed
            | Self::MonthNotClosable
            | Self::FiguresChanged => 409,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Invalid | Self::KeyReused => 422,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// The English title of the JSON answer. Screens use their own texts.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Malformed => "The request cannot be read",
            Self::Invalid => "A field breaks a rule",
            Self::Unauthenticated => "Sign in first",
            Self::WrongCode => "The code is not valid",
            Self::WrongCredentials => "Phone, password and code do not belong together",
            Self::Forbidden => "Not allowed",
            Self::CrossSite => "The call came from another site",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "This path does not take that method",
            Self::TooLarge => "The request is too large",
            Self::UnsupportedMediaType => "The body is of a kind that is not taken here",
            Self::TooManyRequests => "Too many requests",
            Self::KeyReused => "The idempotency key was used for another request",
            Self::KeyMissing => "An Idempotency-Key header is needed",
            Self::SlotFull => "No place is left",
            Self::WrongAge => "The class does not take a child of this age on that day",
            Self::Closed => "No care is offered at that time",
            Self::NotBookable => "It cannot be booked for that time",
            Self::ChildBusy => "The child is booked elsewhere then",
            Self::TooManyHolds => "The family holds too many places",
            Self::TemporaryLimit => "No more temporary care this month",
            Self::SomeDaysUnfit => "Some of the days cannot be booked",
            Self::HoldExpired => "The hold has expired",
            Self::WrongState => "The booking is not in a state for that",
            Self::TooLateToUndo => "It is too late to undo",
            Self::PlaceFree => "A place is free: book it",
            Self::AlreadyWaiting => "The child waits for that already",
            Self::TooManyEntries => "The family waits for too many windows",
            Self::FewerThanBooked => "More children have a place than there would be",
            Self::TouchesOthers => "Other bookings are touched than those that were seen",
            Self::PriceOverCap => "The price is above the cap",
            Self::StillBooked => "There are bookings to come",
            Self::LastGuardian => "A family needs a guardian",
            Self::LastHead => "A nursery needs a head",
            Self::InvitationEnded => "The invitation has ended",
            Self::WechatNotConfirmed => "WeChat has not confirmed who it is",
            Self::SoldOut => "All vouchers are claimed",
            Self::AlreadyClaimed => "The child has claimed one already",
            Self::NotEligible => "The child may not have this voucher",
            Self::NotOpen => "Nothing can be claimed yet",
            Self::CampaignClosed => "The campaign has ended",
            Self::MonthNotClosable => "The month cannot be closed now",
            Self::FiguresChanged => "The figures have changed since",
            Self::Unavailable => "Not available for the moment",
            Self::Internal => "A mistake on our side",
        }
    }
}

/// What a field breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// The field's name in the request, `days.0.from` style.
    pub field: String,
    pub rule: FieldRule,
    /// In English, for developers.
    pub detail: String,
}

words! {
    /// Why a field was refused; each has a text in both languages.
    pub enum FieldRule {
        Required = "required",
        TooLong = "too-long",
        /// It holds characters that nobody writes, such as NUL.
        ControlCharacters = "control-characters",
        TooSmall = "too-small",
        TooLarge = "too-large",
        NotAPhone = "not-a-phone",
        NotACode = "not-a-code",
        /// Not what the authenticator app shows now.
        NotTheAppsCode = "not-the-apps-code",
        /// No image of a kind that is taken.
        NotAPhoto = "not-a-photo",
        NotADate = "not-a-date",
        InThePast = "in-the-past",
        TooFarAhead = "too-far-ahead",
        /// Born later than today.
        NotBornYet = "not-born-yet",
        /// Not under the age that the product serves.
        NotUnderThree = "not-under-three",
        NotAligned = "not-aligned",
        TooShort = "too-short",
        Twice = "twice",
        Unknown = "unknown",
        /// No place is left then.
        Taken = "taken",
        /// The consent without which nothing can be done was not given.
        ConsentNeeded = "consent-needed",
        /// Less money than what was promised, or may be.
        OverBudget = "over-budget",
        /// Two times that must not overlap do.
        Overlaps = "overlaps",
        /// Later than the last day of validity.
        AfterValidity = "after-validity",
        /// Fewer than have been given out.
        FewerThanIssued = "fewer-than-issued",
        /// A password that is among the first that are tried.
        TooGuessable = "too-guessable",
    }
}

/// An error as `application/problem+json`. Its texts are never changed, so that it stays small enough to be returned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    pub kind: ProblemKind,
    pub status: u16,
    pub title: Box<str>,
    /// What exactly, in English, for developers and logs. Never contains a cause from inside the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// Seconds after which a retry makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// Other windows that were free a moment ago, best first, at most three.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next_best: Vec<NextBest>,
    /// The days that stand in the way, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dates: Vec<Date>,
    /// What cannot be booked of a pattern, by date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfit: Vec<UnfitDay>,
    /// The dates of a pattern that could be booked by themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fits: Vec<Date>,
    /// Where more children have a place than there would be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overfull: Vec<Overfull>,
    /// From when it becomes possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub possible_from: Option<Timestamp>,
    /// When vouchers can be claimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Timestamp>,
    /// The rules that a child does not fulfil.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub ineligible: Box<[Ineligible]>,
    /// Finds the request in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Box<str>>,
}

impl Problem {
    pub fn new(kind: ProblemKind) -> Self {
        Self {
            kind,
            status: kind.status(),
            title: kind.title().into(),
            detail: None,
            fields: Vec::new(),
            retry_after_s: None,
            next_best: Vec::new(),
            dates: Vec::new(),
            unfit: Vec::new(),
            fits: Vec::new(),
            overfull: Vec::new(),
            possible_from: None,
            opens_at: None,
            ineligible: Box::default(),
            code: None,
        }
    }

    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into().into_boxed_str());
        self
    }

    pub fn retry_after_s(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// One field that breaks one rule.
    pub fn field(field: impl Into<String>, rule: FieldRule, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(ProblemKind::Invalid);
        problem.fields.push(FieldProblem { field: field.into(), rule, detail: detail.into() });
        problem
    }
}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        Self::new(kind)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind, self.detail.as_deref().unwrap_or(&self.title))
    }
}

impl std::error::Error for Problem {}
