//! The tables of messages, and of the ways to people.

diesel::table! {
    message (id) {
        id -> Binary,
        event -> Text,
        recipient -> Text,
        channel -> Text,
        body -> Text,
        created_at -> Timestamp,
        kind -> Text,
        account_id -> Nullable<Binary>,
        booking_id -> Nullable<Binary>,
        visit_at -> Nullable<Timestamp>,
        read_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    delivery (message_id, channel) {
        message_id -> Binary,
        channel -> Text,
        state -> Text,
        at_once -> Bool,
        until -> Timestamp,
        next_try_at -> Nullable<Timestamp>,
        attempts -> SmallInt,
        provider_id -> Nullable<Text>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    visit_answer (booking_id, visit_at) {
        booking_id -> Binary,
        visit_at -> Timestamp,
        account_id -> Binary,
        answered_at -> Timestamp,
    }
}

diesel::table! {
    wechat_binding (account_id) {
        account_id -> Binary,
        openid_hash -> Binary,
        openid_sealed -> Binary,
        is_on -> Bool,
        bound_at -> Timestamp,
    }
}
