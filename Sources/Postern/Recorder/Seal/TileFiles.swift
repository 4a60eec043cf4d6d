// The tree's tiles below the trail's folder, where any HTTP server could serve them from.
import Audit
import Bytes
import Glibc
import Reactor

/// Writes and reads tiles.
///
/// A tile is made of lines that are on disk and could be made again: it needs no sync of its own.
struct TileFiles {
    let folder: String

    /// Reads what a tile of this name must hold, from a fuller one if there is one.
    ///
    /// Nil where there is none, or one too short.
    func hashes(_ name: TileName) -> [TreeHash]? {
        let full = TileName(level: name.level, index: name.index)
        for path in name.isFull ? [name.path] : [name.path, full.path] {
            guard let contents = contents(path) else { continue }
            if let tile = Tile(name, contents: contents.span) { return tile.hashes }
        }
        return nil
    }

    /// A file that is no longer than a tile.
    func contents(_ path: String) -> [UInt8]? {
        guard let file = try? FileDescriptor.opening("\(folder)/\(path)", O_RDONLY) else {
            return nil
        }
        // One more, so that a file that is too long differs.
        var bytes = [UInt8](repeating: 0, count: TileName.hashesMax * TreeHash.byteCount + 1)
        let count = unsafe read(file.number, &bytes, bytes.count)
        return count < 0 ? nil : Array(bytes.prefix(count))
    }

    func write(_ tile: Tile) throws(TrailError) {
        let path = tile.name.path
        let contents = tile.contents
        // Never anew over itself: a power cut amid that would take hashes that were on disk, which
        // may be all that is left of segments that were moved away.
        if self.contents(path) == contents { return }
        let file = try create("\(folder)/\(path)")
        try file.write(contents.span, to: path)
    }

    private func create(_ path: String) throws(TrailError) -> FileDescriptor {
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        if let file = try? FileDescriptor.opening(path, flags, mode: 0o640) { return file }
        guard errno == ENOENT else { throw .last("open \(path)") }
        try makeFolders(above: path)
        return try FileDescriptor.opening(path, flags, mode: 0o640)
    }

    /// Makes the folders between the trail's and a file.
    private func makeFolders(above path: String) throws(TrailError) {
        var made = folder
        let below = path.utf8.dropFirst(folder.utf8.count + 1).split(separator: UInt8(ascii: "/"))
        for name in below.dropLast() {
            made += "/" + String(decoding: name, as: UTF8.self)
            let result = unsafe mkdirat(AT_FDCWD, made, 0o750)
            guard result == 0 || errno == EEXIST else { throw .last("make \(made)") }
        }
    }

    /// Removes the partial tiles that a full one replaces; it doesn't matter whether all go.
    ///
    /// The full one has to be on disk: after a power cut neither might be there, and hashes of
    /// segments that were moved away can't be made again.
    func removePartials(of name: TileName) {
        let path = "\(folder)/\(name.partialFolder)"
        // Under load there is none.
        if unsafe unlinkat(AT_FDCWD, path, AT_REMOVEDIR) == 0 || errno == ENOENT { return }
        for width in 1..<TileName.hashesMax { unsafe unlinkat(AT_FDCWD, "\(path)/\(width)", 0) }
        unsafe unlinkat(AT_FDCWD, path, AT_REMOVEDIR)
    }
}
