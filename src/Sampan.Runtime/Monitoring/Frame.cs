using System.Buffers.Binary;

namespace Sampan.Runtime.Monitoring;

/// <summary>What a frame on <c>attach.sock</c> says; the wire format is in docs/monitor.md.</summary>
public enum FrameType : byte
{
    /// <summary>First frame of a client: version (u8), <see cref="AttachFlags"/> (u8).</summary>
    Hello = 1,
    /// <summary>Bytes for the container's standard input.</summary>
    StdIn = 2,
    /// <summary>The client's standard input ended.</summary>
    StdInClose = 3,
    /// <summary>Rows (u16), columns (u16).</summary>
    Resize = 4,
    /// <summary>Signal number (u8; 0: none) for the container's first process, then <see cref="SignalFlags"/> (u8), or nothing.</summary>
    Signal = 5,
    /// <summary>The client leaves on purpose: standard input stays open.</summary>
    Detach = 6,
    /// <summary>After <see cref="Exit"/>: the client has removed the container, the exit command is not needed.</summary>
    Removed = 7,
    /// <summary>Arguments of <c>sampan-runtime</c>, each ended by a NUL: run it as a child of the monitor.</summary>
    Spawn = 8,
    /// <summary>A restart policy, as text: from now on this one holds.</summary>
    Policy = 9,

    /// <summary>Bytes of the container's standard output, or of its terminal.</summary>
    StdOut = 0x81,
    StdErr = 0x82,
    /// <summary>The container ended and is deleted: exit code (i32), signal (u8), killed for memory (u8).</summary>
    Exit = 0x83,
    /// <summary>Answer to <see cref="Spawn"/>, once it ended: exit code (i32), then the line it logged, JSON, or nothing.</summary>
    Spawned = 0x84,
    /// <summary>Why the monitor hangs up, in words.</summary>
    Error = 0x85,
    /// <summary>Answer to <see cref="SignalFlags.Acknowledge"/>.</summary>
    Done = 0x86,
}

/// <summary>What a signal means besides.</summary>
[Flags]
public enum SignalFlags : byte
{
    None = 0,
    /// <summary>The container is to end: its restart policy no longer holds, also when it is just waiting for a restart.</summary>
    Halt = 1,
    /// <summary>A user wants that, so <c>unless-stopped</c> leaves it at that.</summary>
    ByUser = 2,
    /// <summary>The sender waits for <see cref="FrameType.Done"/>.</summary>
    Acknowledge = 4,
}

/// <summary>What a client wants of the monitor. With none of them it may send control frames and is told the exit.</summary>
[Flags]
public enum AttachFlags : byte
{
    None = 0,
    StdIn = 1,
    StdOut = 2,
    StdErr = 4,
    /// <summary>Started the container and stays with it: its slowness holds the container back without limit, as a pipe would.</summary>
    Foreground = 8,
    /// <summary>Will remove the container after its exit (<c>--rm</c>) and say <see cref="FrameType.Removed"/>.</summary>
    WillRemove = 16,
}

/// <summary>A frame's head: type (u8), length of the payload (u32, little-endian).</summary>
public static class Frame
{
    public const byte Version = 1;
    public const int HeadSize = 5;

    /// <summary>Payload bytes; a longer frame is a broken peer.</summary>
    public const int MaxLength = 1 << 20;

    public static void WriteHead(Span<byte> to, FrameType type, int length)
    {
        to[0] = (byte)type;
        BinaryPrimitives.WriteUInt32LittleEndian(to[1..], (uint)length);
    }

    /// <returns>False: not a frame.</returns>
    public static bool TryReadHead(ReadOnlySpan<byte> from, out FrameType type, out int length)
    {
        type = (FrameType)from[0];
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(from[1..]);
        length = (int)size;
        return size <= MaxLength;
    }

    /// <summary>A whole small frame; <paramref name="to"/> holds head and payload.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> to, FrameType type, params ReadOnlySpan<byte> payload)
    {
        WriteHead(to, type, payload.Length);
        payload.CopyTo(to[HeadSize..]);
        return HeadSize + payload.Length;
    }

    public static int WriteHello(Span<byte> to, AttachFlags flags) => Write(to, FrameType.Hello, Version, (byte)flags);

    public static int WriteSignal(Span<byte> to, int signal, SignalFlags flags)
        => Write(to, FrameType.Signal, (byte)signal, (byte)flags);

    public static int WriteResize(Span<byte> to, ushort rows, ushort columns)
        => Write(to, FrameType.Resize, (byte)rows, (byte)(rows >> 8), (byte)columns, (byte)(columns >> 8));

    public static int WriteExit(Span<byte> to, ExitStatus exit)
    {
        Span<byte> payload = stackalloc byte[6];
        BinaryPrimitives.WriteInt32LittleEndian(payload, exit.ExitCode);
        payload[4] = (byte)exit.Signal;
        payload[5] = exit.OomKilled ? (byte)1 : (byte)0;
        return Write(to, FrameType.Exit, payload);
    }

    public static ExitStatus ReadExit(ReadOnlySpan<byte> payload)
        => new(BinaryPrimitives.ReadInt32LittleEndian(payload), payload[4], payload[5] != 0);
}

/// <summary>How a container's first process ended.</summary>
/// <param name="ExitCode">0 to 255; 128 + signal when a signal ended it.</param>
/// <param name="Signal">Number, or 0.</param>
/// <param name="OomKilled">The kernel killed a process of the container for lack of memory.</param>
public readonly record struct ExitStatus(int ExitCode, int Signal, bool OomKilled);
