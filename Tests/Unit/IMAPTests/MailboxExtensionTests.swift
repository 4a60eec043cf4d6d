// The commands on rights, quota and notes: canonical forms, bounds, and what backends may answer.
import Bytes
import IMAP
import Testing

@Suite("Commands beside mailboxes")
struct MailboxExtensionTests {
    @Test(
        "are written in one form",
        arguments: [
            ("setacl x bob +ctl", #"SETACL "x" "bob" "+ltc""#),
            ("SETACL x bob \"\"", #"SETACL "x" "bob" """#),
            ("getquotaroot {1}\r\nx", #"GETQUOTAROOT "x""#),
            (
                "GETMETADATA x (MAXSIZE 05 DEPTH 0) /SHARED/comment",
                #"GETMETADATA (MAXSIZE 5 DEPTH 0) "x" (/shared/comment)"#
            ),
            ("GETMETADATA (DEPTH 1) \"\" (/a)", #"GETMETADATA (DEPTH 1) "" ("/a")"#),
            (
                "SETMETADATA x (/private/comment ~{2+}\r\nhi)",
                #"SETMETADATA "x" (/private/comment "hi")"#
            ),
        ]
    )
    func haveOneForm(text: String, expected: String) throws {
        #expect(try canonical(text) == expected)
    }

    @Test(
        "are bounded",
        arguments: [
            "SETACL x bob " + String(repeating: "l", count: 65),
            "GETMETADATA x (" + Array(repeating: "/a", count: 33).joined(separator: " ") + ")",
            "SETMETADATA x (" + Array(repeating: "/a NIL", count: 33).joined(separator: " ") + ")",
            "SETQUOTA x (STORAGE 9223372036854775808)", "SETQUOTA x (X-OTHER 1)",
            "GETMETADATA (MAXSIZE 4294967296) x /a", "GETMETADATA (MAXSIZE 1 MAXSIZE 1) x /a",
            "SETMETADATA x (/a)", "SETMETADATA x (/a NIL /b)", "SETACL x bob +", "LISTRIGHTS x",
        ]
    )
    func areBounded(text: String) {
        // `+` and `-` may stand alone: they add or take nothing.
        let isEmptyChange = text.hasSuffix("+")
        #expect((failure(of: "a " + text) == nil) == isEmptyChange)
    }

    @Test("take as much as they may hold")
    func takeTheirLimit() {
        let entries = Array(repeating: "/a", count: GetMetadata.entriesMax).joined(separator: " ")
        #expect(failure(of: "a GETMETADATA x (\(entries))") == nil)
        let rights = String(repeating: "l", count: StringLimit.rights)
        #expect(failure(of: "a SETACL x bob \(rights)") == nil)
    }

    @Test(
        "are answered by backends in many ways",
        arguments: [
            ("* MYRIGHTS x lrz0", "* MYRIGHTS \"x\" lr"),
            ("* MYRIGHTS x \"\"", "* MYRIGHTS \"x\" \"\""),
            ("* ACL x", "* ACL \"x\""),
            ("* LISTRIGHTS x bob \"\"", "* LISTRIGHTS \"x\" \"bob\" \"\""),
            ("* QUOTA \"\" (X-A 1 2)", "* QUOTA \"\" ()"), ("* QUOTAROOT x", "* QUOTAROOT \"x\""),
            (
                "* METADATA x (/shared/COMMENT \"a\" /other ~{1}\r\n\0 /private/comment NIL)",
                "* METADATA \"x\" (/shared/comment \"a\" /private/comment NIL)"
            ),
        ]
    )
    func areAnswered(line: String, expected: String) throws {
        let response = try ResponseParser.parse(Array(line.utf8).span)
        var buffer = Buffer()
        response.encode(into: &buffer)
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == expected + "\r\n")
    }

    @Test(
        "end the session where the answer is none",
        arguments: [
            "* MYRIGHTS x", "* ACL x bob", "* LISTRIGHTS x bob", "* QUOTA x",
            "* QUOTA x (STORAGE 1)",
            "* QUOTA x (STORAGE -1 2)", "* METADATA x", "* METADATA x ()", "* METADATA x (/a)",
            "* MYRIGHTS x lr more", "* QUOTA x (STORAGE 1 9223372036854775808)",
        ]
    )
    func endTheSession(line: String) {
        #expect(throws: ResponseError.self) {
            _ = try ResponseParser.parse(Array(line.utf8).span)
        }
    }
}
