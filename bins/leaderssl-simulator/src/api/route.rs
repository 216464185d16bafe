//! The routes of the API, as data.

use http::Method;

/// Every route that the simulator answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    SignIn,
    Products,
    Balance,
    DcvEmails,
    PlacePreorder,
    ListPreorders,
    ShowPreorder,
    IssuePreorder,
    PlaceOrder,
    ListCertificates,
    CertificateStatus,
    Download,
    Dcv,
    ChangeDcv,
    ResendDcv,
    Reissue,
}

impl Route {
    pub(crate) const ALL: [Self; 16] = [
        Self::SignIn,
        Self::Products,
        Self::Balance,
        Self::DcvEmails,
        Self::PlacePreorder,
        Self::ListPreorders,
        Self::ShowPreorder,
        Self::IssuePreorder,
        Self::PlaceOrder,
        Self::ListCertificates,
        Self::CertificateStatus,
        Self::Download,
        Self::Dcv,
        Self::ChangeDcv,
        Self::ResendDcv,
        Self::Reissue,
    ];

    /// The path below the base, which fault rules name it by.
    pub(crate) const fn pattern(self) -> &'static str {
        match self {
            Self::SignIn => "users/signin",
            Self::Products => "products",
            Self::Balance => "billing/balance",
            Self::DcvEmails => "dcv_emails",
            Self::PlacePreorder => "preorder",
            Self::ListPreorders => "preorders",
            Self::ShowPreorder => "preorders/{id}",
            Self::IssuePreorder => "preorders/{id}/issue",
            Self::PlaceOrder => "order",
            Self::ListCertificates => "ssl_certificates",
            Self::CertificateStatus => "ssl_certificates/{id}/status",
            Self::Download => "ssl_certificates/{id}/download",
            Self::Dcv => "ssl_certificates/{id}/dcv",
            Self::ChangeDcv => "ssl_certificates/{id}/change_dcv",
            Self::ResendDcv => "ssl_certificates/{id}/resend_dcv",
            Self::Reissue => "ssl_certificates/{id}/reissue",
        }
    }

    /// Whether a method is answered. Nobody has confirmed the verbs of `preorders` and `issue`: both are.
    pub(crate) fn takes(self, method: &Method) -> bool {
        match self {
            Self::ListPreorders | Self::IssuePreorder => method == Method::GET || method == Method::POST,
            Self::SignIn
            | Self::DcvEmails
            | Self::PlacePreorder
            | Self::PlaceOrder
            | Self::ChangeDcv
            | Self::ResendDcv
            | Self::Reissue => method == Method::POST,
            _ => method == Method::GET,
        }
    }

    /// The key under which an enveloped answer lies.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::SignIn => "user",
            Self::Products => "products",
            Self::Balance => "balance",
            Self::DcvEmails => "dcv_emails",
            Self::PlacePreorder | Self::ShowPreorder | Self::IssuePreorder => "preorder",
            Self::ListPreorders => "preorders",
            Self::PlaceOrder => "order",
            Self::ListCertificates => "ssl_certificates",
            Self::Dcv => "dcv",
            Self::CertificateStatus | Self::Download | Self::ChangeDcv | Self::ResendDcv | Self::Reissue => {
                "ssl_certificate"
            }
        }
    }
}
