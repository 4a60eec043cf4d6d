// The keys of fields on disk: a folder a period, in it a file a key, called by its random name.
package import Audit
import Bytes
import CLinux
import Glibc
import Reactor

/// A folder of keys; whoever may read it can reveal what the trail has encrypted.
package struct KeyFolder {
    static let name = "keys"
    /// Of a file that is not in force yet, or not any more.
    private static let draftEnding = ".new"

    let path: String

    package init(_ path: String) { self.path = path }

    /// The folder of a trail where nobody has said another.
    package static func usual(of trail: String) -> String { "\(trail)/\(name)" }

    /// Makes the folder where it isn't; refuses one that others than its owner can look into.
    package func prepare() throws(TrailError) {
        if try make(path) { try sync(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])) }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw .last("stat \(path)") }
        guard status.st_mode & 0o077 == 0 else { throw .keysOpen(folder: path) }
    }

    /// Makes a folder; false where it is there.
    @discardableResult
    private func make(_ path: String) throws(TrailError) -> Bool {
        if unsafe mkdirat(AT_FDCWD, path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw .last("make \(path)") }
        return false
    }

    /// The periods of which there are keys, in order.
    package func periods() throws(TrailError) -> [String] {
        try names(in: path).filter(KeyPeriod.isName).sorted()
    }

    /// The same; fails where the folder itself isn't there.
    func existingPeriods() throws(TrailError) -> [String] {
        guard unsafe access(path, R_OK | X_OK) == 0 else { throw .last("open \(path)") }
        return try periods()
    }

    /// A period's keys; what a crash left unfinished is not among them.
    package func keys(of period: String) throws(TrailError) -> [FieldKey] {
        let folder = "\(path)/\(period)"
        var keys: [FieldKey] = []
        for name in try names(in: folder) where FieldKey.isID(name) {
            guard let key = try key(at: "\(folder)/\(name)"), key.id == name, key.period == period
            else { throw .keyDamaged(file: "\(folder)/\(name)") }
            keys.append(key)
        }
        return keys
    }

    private func key(at path: String) throws(TrailError) -> FieldKey? {
        let file = try FileDescriptor.opening(path, O_RDONLY)
        do {
            let text = try SealedMemory.contents(of: file, bytesMax: FieldKey.textBytesMax)
            return FieldKey(text: text)
        } catch {
            throw .system(error)
        }
    }

    /// The names in a folder; none where there is no folder.
    private func names(in folder: String) throws(TrailError) -> [String] {
        guard let directory = unsafe opendir(folder) else {
            if errno == ENOENT { return [] }
            throw .last("open \(folder)")
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
                unsafe names.append(String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
            }
        }
        return names
    }
}

// MARK: Writing and destroying

extension KeyFolder {
    /// So many keys are brought to disk one by one; of more the whole file system is, which costs
    /// a morning's logins one sync for all that come together instead of one each.
    private static let singlesMax = 4

    /// Returns when the keys are on disk under their names; can be repeated after a failure.
    func write(_ keys: [FieldKey]) throws(TrailError) {
        for period in Set(keys.map(\.period)).sorted() {
            let folder = "\(path)/\(period)"
            try make(folder)
            let keys = keys.filter { $0.period == period }
            let isSingle = keys.count <= Self.singlesMax
            for key in keys { try write(key, in: folder, isSynced: isSingle) }
            if !isSingle { try syncAll(in: folder) }
            for key in keys { try putInForce(key, in: folder) }
            try sync(folder)
        }
        if !keys.isEmpty { try sync(path) }
    }

    private func draft(_ key: FieldKey, in folder: String) -> String {
        "\(folder)/\(key.id)\(Self.draftEnding)"
    }

    private func write(
        _ key: FieldKey,
        in folder: String,
        isSynced: Bool
    ) throws(TrailError) {
        let draft = draft(key, in: folder)
        let file = try FileDescriptor.opening(draft, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
        var outcome: Result<Void, TrailError> = .success(())
        key.text.withBytes { bytes in
            do throws(TrailError) {
                try file.write(bytes, to: draft)
            } catch {
                outcome = .failure(error)
            }
        }
        try outcome.get()
        guard !isSynced || fdatasync(file.number) == 0 else { throw .last("sync \(draft)") }
    }

    private func putInForce(_ key: FieldKey, in folder: String) throws(TrailError) {
        let draft = draft(key, in: folder)
        guard unsafe rename(draft, "\(folder)/\(key.id)") == 0 else {
            throw .last("rename \(draft)")
        }
    }

    /// The keys of a user over all periods.
    func keys(ofUser user: String) throws(TrailError) -> [KeyPlace] {
        let subject = FieldKey.Subject(user: user)
        var found: [KeyPlace] = []
        for period in try periods() {
            for key in try keys(of: period) where key.subject == subject {
                found.append(KeyPlace(period: period, id: key.id))
            }
        }
        return found
    }

    /// Overwrites a key's file, as far as the disk lets itself be told where to write, and removes
    /// it; one that is gone is as it should be.
    ///
    /// It is out of force before: half-overwritten, it would pass for a damaged key.
    func destroy(_ key: KeyPlace) throws(TrailError) {
        let folder = "\(path)/\(key.period)"
        let old = "\(folder)/\(key.id)\(Self.draftEnding)"
        guard unsafe rename("\(folder)/\(key.id)", old) == 0 || errno == ENOENT else {
            throw .last("rename \(old)")
        }
        try sync(folder)
        try destroy(old)
        try sync(folder)
    }

    private func destroy(_ path: String) throws(TrailError) {
        let number = unsafe open(path, O_WRONLY | O_CLOEXEC)
        if number < 0 && errno == ENOENT { return }
        guard number >= 0 else { throw .last("open \(path)") }
        let file = FileDescriptor(owning: number)
        let zeros = [UInt8](repeating: 0, count: FieldKey.textBytesMax)
        try file.write(zeros.span, to: path)
        guard fdatasync(file.number) == 0 else { throw .last("sync \(path)") }
        guard unsafe unlinkat(AT_FDCWD, path, 0) == 0 else { throw .last("remove \(path)") }
    }

    /// Destroys what a crash left of keys that were being made or destroyed.
    func dropDrafts() throws(TrailError) {
        for period in try periods() {
            let folder = "\(path)/\(period)"
            for name in try names(in: folder) where name.hasSuffix(Self.draftEnding) {
                try destroy("\(folder)/\(name)")
            }
        }
    }

    /// Brings everything of the folder's file system to disk.
    private func syncAll(in folder: String) throws(TrailError) {
        let directory = try FileDescriptor.opening(folder, O_RDONLY | O_DIRECTORY)
        guard linux_sync_file_system(directory.number) == 0 else { throw .last("sync \(folder)") }
    }

    private func sync(_ folder: String) throws(TrailError) {
        let directory = try FileDescriptor.opening(folder, O_RDONLY | O_DIRECTORY)
        guard fsync(directory.number) == 0 else { throw .last("sync \(folder)") }
    }
}

/// Where a key lies.
struct KeyPlace: Equatable {
    let period: String
    let id: String
}
