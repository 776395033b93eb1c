using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>An argument of an operation while a plan is being written.</summary>
public readonly record struct Argument(ArgumentKind Kind, long Value)
{
    public static implicit operator Argument(int value) => new(ArgumentKind.Immediate, value);

    public static implicit operator Argument(long value) => new(ArgumentKind.Immediate, value);

    public static implicit operator Argument(ulong value) => new(ArgumentKind.Immediate, (long)value);

    public static implicit operator Argument(uint value) => new(ArgumentKind.Immediate, value);

    public static implicit operator Argument(Slot slot) => new(ArgumentKind.Slot, slot.Index);

    public static implicit operator Argument(OpenFlags flags) => (uint)flags;

    public static implicit operator Argument(CloneFlags flags) => (ulong)flags;

    public static implicit operator Argument(MountAttributes flags) => (ulong)flags;

    public static implicit operator Argument(OpenTreeFlags flags) => (uint)flags;

    public static implicit operator Argument(MoveMountFlags flags) => (uint)flags;

    public static implicit operator Argument(FsConfigCommand command) => (uint)command;

    public static implicit operator Argument(PrctlOption option) => (int)option;

    /// <summary>The address of data at <paramref name="offset"/> of the plan.</summary>
    public static Argument Data(int offset) => new(ArgumentKind.Data, offset);
}
