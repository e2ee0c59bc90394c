#include "audit/trust/public_roots.h"

#include <algorithm>
#include <array>

namespace mtls::audit::trust {
namespace {

// The organizationName values of the root CAs in Mozilla's program, escaped as in RFC 2253.
constexpr std::array<std::string_view, 60> kOrganizations{
    "ACCV",
    "ANF Autoridad de Certificacion",
    "Actalis S.p.A./03358520967",
    "AffirmTrust",
    "Agence Nationale de Certification Electronique",
    "Amazon",
    "Asseco Data Systems S.A.",
    "Atos",
    "Baltimore",
    "Buypass AS-983163327",
    "COMODO CA Limited",
    "CERTSIGN SA",
    "Certainly",
    "China Financial Certification Authority",
    "Chunghwa Telecom Co.\\, Ltd.",
    "Comodo CA Limited",
    "D-Trust GmbH",
    "Dhimyotis",
    "DigiCert Inc",
    "DigiCert\\, Inc.",
    "Disig a.s.",
    "Entrust\\, Inc.",
    "Entrust.net",
    "FNMT-RCM",
    "GlobalSign",
    "GlobalSign nv-sa",
    "GoDaddy.com\\, Inc.",
    "Google Trust Services LLC",
    "Hellenic Academic and Research Institutions CA",
    "Hongkong Post",
    "IZENPE S.A.",
    "IdenTrust",
    "Internet Security Research Group",
    "Japan Certification Services\\, Inc.",
    "Krajowa Izba Rozliczeniowa S.A.",
    "Let's Encrypt",
    "Microsec Ltd.",
    "Microsoft Corporation",
    "NAVER BUSINESS PLATFORM Corp.",
    "NetLock Kft.",
    "QuoVadis Limited",
    "SECOM Trust Systems CO.\\,LTD.",
    "SECOM Trust.net",
    "SSL Corporation",
    "Sectigo Limited",
    "SecureTrust Corporation",
    "Starfield Technologies\\, Inc.",
    "SwissSign AG",
    "T-Systems Enterprise Services GmbH",
    "TAIWAN-CA",
    "Telia Finland Oyj",
    "TeliaSonera",
    "The Go Daddy Group\\, Inc.",
    "The USERTRUST Network",
    "Trustwave Holdings\\, Inc.",
    "UniTrust",
    "Unizeto Technologies S.A.",
    "WISeKey",
    "XRamp Security Services Inc",
    "ZeroSSL",
};

// Debian and Alpine, Fedora and its derivatives (the link and its target), openSUSE, FreeBSD.
constexpr std::array<std::string_view, 7> kSystemBundles{
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/certs/ca-bundle.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
};

bool is_separator(char c) { return c == ',' || c == '+'; }

// The value of the first O in a name, still escaped; "" when there is none.
std::string_view organization(std::string_view rfc2253) {
  constexpr std::string_view kType = "O=";
  for (std::size_t begin = 0; begin < rfc2253.size();) {
    std::size_t end = begin;
    while (end < rfc2253.size() && !is_separator(rfc2253[end])) end += rfc2253[end] == '\\' ? 2 : 1;
    const std::string_view attribute = rfc2253.substr(begin, end - begin);
    if (attribute.starts_with(kType)) return attribute.substr(kType.size());
    begin = end + 1;
  }
  return {};
}

}  // namespace

bool is_public_ca(const pki::CertificateFacts& facts) {
  return facts.is_ca && std::find(kOrganizations.begin(), kOrganizations.end(),
                                  organization(facts.subject.rfc2253)) != kOrganizations.end();
}

bool is_system_bundle(std::string_view path) {
  return std::find(kSystemBundles.begin(), kSystemBundles.end(), path) != kSystemBundles.end();
}

}  // namespace mtls::audit::trust
