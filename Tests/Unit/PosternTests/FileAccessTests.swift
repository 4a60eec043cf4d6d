// What a confined process can still open.
import CLinux
import Foundation
import Glibc
import Reactor
import Testing

@testable import Postern

/// errno of opening each path after a thread gave up everything else; 0 where it succeeded.
private func opening(_ paths: [(String, Int32)], within files: FileAccess) async throws -> [Int32] {
    try await confined(by: {
        guard try files.enter() else { throw SystemError("landlock", code: ENOSYS) }
    }) {
        paths.map { path, flags in
            let number = unsafe open(path, flags, 0o600)
            defer { if number >= 0 { close(number) } }
            return number < 0 ? errno : 0
        }
    }
}

@Suite("A confined process", .enabled(if: linux_landlock_rights() != 0))
struct FileAccessTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    private func inFolder(_ body: (String) async throws -> Void) async throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: folder.appending(path: "old"))
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.path)
    }

    @Test("as the recorder writes in the trail's folder and nowhere else")
    func recorder() async throws {
        try await inFolder { folder in
            let errors = try await opening(
                [
                    ("\(folder)/new", O_RDWR | O_CREAT), ("\(folder)/old", O_RDWR | O_TRUNC),
                    (folder, O_RDONLY), ("/proc/sys/kernel/random/boot_id", O_RDONLY),
                    ("/etc/passwd", O_RDONLY), ("/tmp", O_RDONLY),
                    ("\(folder).x", O_RDWR | O_CREAT),
                ],
                within: .recorder(folder: folder)
            )
            #expect(errors == [0, 0, 0, 0, EACCES, EACCES, EACCES])
        }
    }

    @Test("as the gateway reads what names of hosts need, and writes nothing")
    func gateway() async throws {
        try await inFolder { folder in
            let errors = try await opening(
                [
                    ("/etc/hosts", O_RDONLY), ("/etc/nsswitch.conf", O_RDONLY),
                    ("/dev/null", O_RDONLY), ("\(folder)/old", O_RDONLY), (folder, O_RDONLY),
                    ("/root", O_RDONLY), ("/proc/self/environ", O_RDONLY),
                    ("/etc/hosts", O_RDWR), ("\(folder)/new", O_RDWR | O_CREAT),
                ],
                within: .gateway
            )
            #expect(errors == [0, 0, 0] + Array(repeating: EACCES, count: 6))
        }
    }
}
