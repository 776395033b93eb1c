using System.Runtime.CompilerServices;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>One connection to a monitor.</summary>
internal struct Client
{
    /// <summary>-1: the place is free.</summary>
    public int Fd;
    public bool Greeted;
    public AttachFlags Flags;
    public bool Removed;

    /// <summary>Whether it has heard of the exit.</summary>
    public bool Told;
    public bool Registered;

    /// <summary>How much of the current chunk it has taken; -1 when it waits for nothing.</summary>
    public int Sent;

    /// <summary>When it last took a byte, monotonic milliseconds; while <see cref="Sent"/> is not -1.</summary>
    public long LastTaken;

    /// <summary>The head of the frame being received, and how much of it is there.</summary>
    public HeadBytes Head;
    public int HeadLength;

    /// <summary>Its payload: how long, how much of it is there, and the bytes, unless they are standard input.</summary>
    public int PayloadLength;
    public int PayloadGot;
    public SmallPayload Small;

    /// <summary>The payload of a frame too long for <see cref="Small"/>: a spawn request.</summary>
    public byte[]? Large;

    public readonly bool Has(AttachFlags flag) => (Flags & flag) != 0;

    public readonly bool Waiting => Sent >= 0;
}

[InlineArray(Frame.HeadSize)]
internal struct HeadBytes
{
    private byte _first;
}

[InlineArray(16)]
internal struct SmallPayload
{
    private byte _first;
}
