using System.Numerics;
using System.Runtime.InteropServices;
using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>
/// Compiled seccomp filters, kept in a few files beside the containers: most containers have one of very few profiles, and to read and to compile the usual
/// one takes longer than to load it.
/// </summary>
/// <remarks>
/// A file holds the profile's whole text before its filter, so that a filter is used for that text alone, whatever the name of the file; and says which
/// program compiled it. Who could write such a file could write the containers' state, too; a file of anybody else is not read.
/// </remarks>
/// <param name="root">The runtime's root; where it is missing or not to be written, every filter is compiled anew.</param>
internal sealed class FilterMemory(string root)
{
    // No name that a container can have.
    private const string Prefix = "@seccomp-";
    private const uint Slots = 16;
    private const int Longest = 1 << 20;

    /// <summary>What <see cref="SeccompCompiler"/> makes of <paramref name="profile"/>, or made of it before.</summary>
    /// <exception cref="OciFormatException">As <see cref="SeccompCompiler.Compile"/>.</exception>
    public SeccompProgram Of(LinuxSeccomp profile)
    {
        if (profile.Source(out var rules) is not { } head || Compiler() is not { } compiler)
            return SeccompCompiler.Compile(profile);
        string path = $"{root}/{Prefix}{Checksum(Checksum(0, head), rules) % Slots:x}";
        if (Read(path, compiler, head, rules) is { } known)
            return known;
        var program = SeccompCompiler.Compile(profile);
        Write(path, compiler, head, rules, program);
        return program;
    }

    private static SeccompProgram? Read(string path, Stamp compiler, ReadOnlySpan<byte> head, ReadOnlySpan<byte> rules)
    {
        nint fd = Sys.Openat(At.AT_FDCWD, path, OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK);
        if (fd < 0)
            return null;
        using var file = new FileFd((int)fd);
        if (Sys.Fstat(file.Number, out var stat) < 0 || !stat.IsRegular || stat.stx_uid != (uint)Sys.Call(SyscallNumber.geteuid)
            || (stat.stx_mode & 0x12) != 0 || stat.stx_size > Longest)
            return null;
        Header header = default;
        long length = (long)stat.stx_size - Marshal.SizeOf<Header>() - head.Length - rules.Length;
        if (length <= 0 || Sys.ReadAll(file.Number, MemoryMarshal.AsBytes(new Span<Header>(ref header))) != Marshal.SizeOf<Header>()
            || header.Compiler != compiler || header.SourceLength != head.Length + rules.Length || !Follows(file, head) || !Follows(file, rules))
            return null;
        byte[] filter = new byte[length];
        return Sys.ReadAll(file.Number, filter) != length ? null : new SeccompProgram { Filter = filter, Flags = header.Flags, NeedsListener = header.NeedsListener != 0 };
    }

    // Whether the file goes on with these bytes. Through the stack: a heap that grows by a page costs a page fault.
    private static bool Follows(FileFd file, ReadOnlySpan<byte> bytes)
    {
        Span<byte> buffer = stackalloc byte[4096];
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, buffer.Length)..])
        {
            var part = buffer[..Math.Min(bytes.Length, buffer.Length)];
            if (Sys.ReadAll(file.Number, part) != part.Length || !bytes.StartsWith(part))
                return false;
        }
        return true;
    }

    // It has no name until it is whole. Of two that write at once one is too late, which does no harm.
    private static void Write(string path, Stamp compiler, ReadOnlySpan<byte> head, ReadOnlySpan<byte> rules, SeccompProgram program)
    {
        var header = new Header { Compiler = compiler, SourceLength = head.Length + rules.Length, Flags = program.Flags, NeedsListener = program.NeedsListener ? 1 : 0 };
        nint fd = Sys.Openat(At.AT_FDCWD, path[..path.LastIndexOf('/')], OpenFlags.O_WRONLY | OpenFlags.O_TMPFILE, 0x180);
        if (fd < 0)
            return;
        using var file = new FileFd((int)fd);
        if (Sys.WriteAll(file.Number, [.. MemoryMarshal.AsBytes(new Span<Header>(ref header)), .. head, .. rules, .. program.Filter]) < 0)
            return;
        Sys.Unlinkat(At.AT_FDCWD, path);
        Sys.Linkat(At.AT_FDCWD, $"/proc/self/fd/{file.Number}", At.AT_FDCWD, path, At.AT_SYMLINK_FOLLOW);
    }

    // The file this program is: no other compiler's filters are trusted. Its time of change cannot be set by anybody.
    private static Stamp? Compiler() => Sys.Statx(At.AT_FDCWD, "/proc/self/exe", out var stat, flags: 0) < 0 || stat.stx_nlink == 0 // a copy in memory: another one each time
        ? null
        : new Stamp(stat.Dev, stat.stx_ino, stat.stx_size, stat.stx_ctime.tv_sec, stat.stx_ctime.tv_nsec);

    private static uint Checksum(uint sum, ReadOnlySpan<byte> bytes)
    {
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes))
            sum = BitOperations.Crc32C(sum, word);
        return sum;
    }

    private readonly record struct Stamp(ulong Device, ulong Inode, ulong Size, long Seconds, uint Nanoseconds);

    private struct Header
    {
        public Stamp Compiler;
        public int SourceLength;
        public uint Flags;
        public int NeedsListener;
    }
}
