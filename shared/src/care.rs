//! The words of care: kinds of nurseries, classes and care.

use crate::words::words;

words! {
    /// What a class sells.
    pub enum CareKind {
        /// 全日托
        FullDay = "full_day",
        /// 半日托
        HalfDay = "half_day",
        /// 临时托: single days or half-days without enrolment
        Temporary = "temporary",
        /// 计时托: in steps of 30 minutes
        Hourly = "hourly",
    }
}

words! {
    /// 班级
    pub enum ClassKind {
        /// 乳儿班
        Infant = "infant",
        /// 托小班
        Toddler = "toddler",
        /// 托大班
        SeniorToddler = "senior_toddler",
        /// 混合编班
        Mixed = "mixed",
    }
}

words! {
    /// Any provider of care for under-threes.
    pub enum NurseryKind {
        /// 托育综合服务中心
        CentreHub = "centre_hub",
        /// 托育机构
        ChildcareInstitution = "childcare_institution",
        /// 社区嵌入式托育
        Community = "community",
        /// 幼儿园托班
        KindergartenClass = "kindergarten_class",
        /// 用人单位办托
        Employer = "employer",
        /// 家庭托育点 ("1+N")
        HomeBased = "home_based",
    }
}

words! {
    /// 举办主体
    pub enum Ownership {
        /// 公办
        Public = "public",
        /// 公建民营
        PublicPrivateRun = "public_private_run",
        /// 国企办
        StateOwned = "state_owned",
        /// 事业单位办
        InstitutionRun = "institution_run",
        /// 社会力量办
        Private = "private",
    }
}
