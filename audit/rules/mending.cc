#include "audit/rules/mending.h"

#include "base/text.h"

namespace mtls::audit::rules {
namespace {

using pki::encoding::DerShape;
using pki::encoding::FileKind;
using pki::encoding::SkipCause;
using pki::encoding::SkippedBlock;

// In a pattern %F is the file, and %N a new one that takes its place. The commands need openssl(1),
// iconv(1), gzip(1), and sed(1), base64(1) and the rest of GNU.
constexpr std::string_view kUnindent = "LC_ALL=C sed 's/^[^-#A-Za-z0-9+/]*//' %F > %N";
constexpr std::string_view kWriteDashes =
    "LC_ALL=C sed -E 's/^[^A-Za-z#]*(BEGIN|END) ([A-Z0-9 ]*[A-Z0-9])[^A-Za-z0-9]*$/-----\\1 "
    "\\2-----/' %F > %N";
constexpr std::string_view kTakeBlocks =
    "LC_ALL=C sed '/^[[:space:]]*#/d; s/\\\\r//g; s/\\\\n/\\n/g; s#\\\\/#/#g; s/-----BEGIN "
    "/\\n&/g' %F | LC_ALL=C sed -n '/^-----BEGIN /,/-----END /{s/^[[:space:]]*//; s/\\(-----END "
    "[A-Z0-9 ]*-----\\).*/\\1/; p}' > %N";
constexpr std::string_view kBreakLines =
    "sed -E '/^[[:space:]]*#/d; s/(.)(-----(BEGIN|END) )/\\1\\n\\2/g; s/(-----(BEGIN|END) [A-Z0-9 "
    "]+-----)(.)/\\1\\n\\3/g' %F > %N";
constexpr std::string_view kWriteMarkers =
    "{ echo '-----BEGIN CERTIFICATE-----'; tr -d '[:space:]' < %F | fold -w 64; echo; echo "
    "'-----END CERTIFICATE-----'; } > %N";

// A word for sh(1).
std::string quoted(const std::string& path) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@,:=";
  if (path.find_first_not_of(kPlain) == std::string::npos) return path;
  std::string word = "'";
  for (const char c : path) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

std::string filled(std::string_view pattern, const std::string& path) {
  std::string command;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view two = pattern.substr(i, 2);
    if (two == "%F" || two == "%N") {
      command += quoted(two == "%F" ? path : path + ".new");
      ++i;
    } else {
      command += pattern[i];
    }
  }
  return command;
}

std::string run(std::string_view pattern, const std::string& path) {
  return base::sanitize("Run: " + filled(std::string(pattern) + " && mv %N %F", path),
                        2 * base::kMaxPathBytes);
}

/// What one kind of file is, and what mends it.
struct Mending {
  std::string_view what;
  std::string_view pattern;      // "": no command helps
  std::string_view advice = {};  // before the command, or instead of it
};

Mending mending_of_other(FileKind kind) {
  switch (kind) {
    case FileKind::kEmpty: return {"empty", "", "Put the certificates into it."};
    case FileKind::kRequest:
      return {"a certificate request", "",
              "Have the CA sign it, and put the certificate that comes back here."};
    case FileKind::kPrivateKey:
      return {"a private key", "",
              "Name the file with the certificates here. If others could read the key, treat it as "
              "disclosed."};
    case FileKind::kPublicKey:
      return {"a bare public key", "", "Name the file with the certificates here."};
    case FileKind::kSshKey:
      return {"a key of OpenSSH", "",
              "It is of no use to TLS. Name the file with the certificates here."};
    case FileKind::kHtml:
      return {"a web page, probably the error page of a failed download", "",
              "Download the file again with curl --fail, and look at it before it is put here."};
    case FileKind::kGzip: return {"compressed with gzip", "gzip -dc < %F > %N"};
    case FileKind::kZip:
      return {"a ZIP archive", "", "Unpack it, and put the certificates in it here."};
    case FileKind::kJavaKeyStore:
      return {"a Java keystore", "",
              "Export each certificate with keytool -exportcert -rfc, and put them here."};
    default: return {};
  }
}

// Of PEM that is written in another way.
Mending mending_of_pem(FileKind kind) {
  switch (kind) {
    case FileKind::kUtf16: return {"text in UTF-16", "iconv -f UTF-16 -t UTF-8 %F > %N"};
    case FileKind::kUtf16LittleEndian:
      return {"text in UTF-16", "iconv -f UTF-16LE -t UTF-8 %F > %N"};
    case FileKind::kUtf16BigEndian: return {"text in UTF-16", "iconv -f UTF-16BE -t UTF-8 %F > %N"};
    case FileKind::kEscapedPem:
      return {"PEM whose line ends are written as \\n, as in JSON", kTakeBlocks};
    case FileKind::kIndentedPem: return {"indented PEM, as in YAML", kUnindent};
    case FileKind::kWrongDashes:
      return {"PEM with a BEGIN or END that is not between five hyphens at the start of its line",
              kWriteDashes};
    case FileKind::kPemBehindText:
      return {"PEM with other text on the line of BEGIN or END", kTakeBlocks};
    case FileKind::kPemOnOneLine: return {"PEM that has lost its line ends", kBreakLines};
    case FileKind::kPemOfCarriageReturns:
      return {"PEM whose lines end in carriage returns alone", "tr '\\r' '\\n' < %F > %N"};
    case FileKind::kJoinedPem:
      return {"PEM in which END and the next BEGIN share a line", kBreakLines};
    case FileKind::kBase64OfPem:
      return {"PEM encoded in base64 again, as in a Kubernetes Secret", "base64 -d %F > %N"};
    case FileKind::kBareBase64: return {"base64 without BEGIN and END lines", kWriteMarkers};
    case FileKind::kPemWithoutBegin: return {"PEM that lacks a BEGIN line", ""};
    default: return mending_of_other(kind);
  }
}

Mending mending_of(FileKind kind) {
  switch (kind) {
    case FileKind::kCertificate:
      return {"a certificate in DER", "openssl x509 -inform DER -in %F -out %N"};
    case FileKind::kCrl: return {"a CRL in DER", "openssl crl -inform DER -in %F -out %N"};
    case FileKind::kPkcs7:
      return {"a PKCS #7 file in DER", "openssl pkcs7 -inform DER -in %F -print_certs -out %N"};
    case FileKind::kPkcs7Pem:
      return {"a PKCS #7 file", "openssl pkcs7 -in %F -print_certs -out %N"};
    case FileKind::kPkcs12:
      return {"a PKCS #12 file", "openssl pkcs12 -in %F -nokeys -out %N",
              "It may hold a private key. openssl asks for its password, and needs -legacy for old "
              "ones."};
    default: return mending_of_pem(kind);
  }
}

std::string remedy_for_der(const SkippedBlock& skipped, const std::string& path) {
  const std::string_view tool = skipped.shape == DerShape::kCrl ? "crl" : "x509";
  const std::string before = std::to_string(skipped.offset);
  const std::string from = std::to_string(skipped.offset + 1);
  const std::string size = std::to_string(skipped.size);
  const std::string behind = std::to_string(skipped.offset + skipped.size + 1);
  return run("{ head -c " + before + " %F; echo; tail -c +" + from + " %F | head -c " + size +
                 " | openssl " + std::string(tool) + " -inform DER; tail -c +" + behind +
                 " %F; } > %N",
             path);
}

std::string remedy_for_missing_begin(const SkippedBlock& skipped, const std::string& path) {
  std::string pattern =
      "sed -e '" + std::to_string(skipped.line) + "i\\-----BEGIN CERTIFICATE-----'";
  if (!skipped.has_end) {
    pattern += " -e '" + std::to_string(skipped.last_line) + "a\\-----END CERTIFICATE-----'";
  }
  return run(pattern + " %F > %N", path);
}

}  // namespace

std::string_view what_is(FileKind kind) { return mending_of(kind).what; }

std::string remedy_for(const pki::Material& material, const std::string& path) {
  const Mending mending = mending_of(material.kind);
  if (mending.what.empty()) return "";
  std::string text = "It is " + std::string(mending.what) + ".";
  if (!mending.advice.empty()) text += " " + std::string(mending.advice);
  if (material.kind == FileKind::kPemWithoutBegin && !material.skipped.empty())
    return text + " " + remedy_for_missing_begin(material.skipped.front(), path);
  return mending.pattern.empty() ? text : text + " " + run(mending.pattern, path);
}

std::string_view what_is(SkipCause cause) {
  switch (cause) {
    case SkipCause::kIndented: return "white space or a byte order mark stands before its BEGIN";
    case SkipCause::kWrongDashes: return "the dashes around its BEGIN are not five hyphens";
    case SkipCause::kBehindText: return "other text stands before its BEGIN on the line";
    case SkipCause::kEscaped: return "its line ends are written as \\n";
    case SkipCause::kNoBegin: return "it has no BEGIN line";
    case SkipCause::kDer: return "it is in DER";
    case SkipCause::kBehindNul: break;
  }
  return "it stands behind a line that begins with NUL, where nginx stops reading";
}

std::string remedy_for(const SkippedBlock& skipped, const std::string& path) {
  switch (skipped.cause) {
    case SkipCause::kIndented: return run(kUnindent, path);
    case SkipCause::kWrongDashes: return run(kWriteDashes, path);
    case SkipCause::kBehindText:
    case SkipCause::kEscaped: return run(kTakeBlocks, path);
    case SkipCause::kNoBegin: return remedy_for_missing_begin(skipped, path);
    case SkipCause::kDer: return remedy_for_der(skipped, path);
    case SkipCause::kBehindNul: break;
  }
  return run("tr -d '\\000' < %F > %N", path);
}

std::string remedy_for(const pki::TrailingBytes& trailing, const std::string& path) {
  const std::string number = std::to_string(trailing.bytes);
  return "The block holds " + number + " bytes behind its certificate. " +
         run("openssl crl2pkcs7 -nocrl -certfile %F | openssl pkcs7 -print_certs -out %N", path);
}

std::string remedy_for_directory(const std::string& path) {
  std::string bare = path;
  while (bare.size() > 1 && bare.ends_with('/')) bare.pop_back();
  return base::sanitize("It is a directory, and nginx reads only files. Name " + bare +
                            ".pem in the configuration. Run: " + filled("cat %F/*.pem > ", bare) +
                            quoted(bare + ".pem"),
                        2 * base::kMaxPathBytes);
}

}  // namespace mtls::audit::rules
