//! Who signs in by password, and who works at a nursery.

diesel::table! {
    credential (account_id) {
        account_id -> Binary,
        password_hash -> Text,
        totp_sealed -> Binary,
        totp_step -> BigInt,
        totp_next_sealed -> Nullable<Binary>,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    recovery_code (account_id, code_hash) {
        account_id -> Binary,
        code_hash -> Binary,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sign_in_try (id) {
        id -> Binary,
        phone_hash -> Binary,
        address_hash -> Binary,
        device -> Nullable<Binary>,
        at -> Timestamp,
    }
}

diesel::table! {
    staff_member (nursery_id, account_id) {
        nursery_id -> Binary,
        account_id -> Binary,
        role -> Text,
        name -> Text,
        joined_at -> Timestamp,
        chosen_at -> Timestamp,
    }
}

diesel::table! {
    staff_invitation (id) {
        id -> Binary,
        nursery_id -> Binary,
        purpose -> Text,
        phone -> Text,
        role -> Text,
        name -> Text,
        code_hash -> Binary,
        totp_sealed -> Nullable<Binary>,
        tries -> SmallInt,
        invited_by -> Nullable<Binary>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        answer -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
    }
}
