namespace Sampan.Cgroups;

/// <summary>One value to be written into one file of a cgroup's directory.</summary>
/// <param name="Controller">Which hierarchy: a controller's name.</param>
/// <param name="File">Spelled as the kernel's documentation spells it.</param>
/// <param name="Field">The JSON path that asked for it.</param>
public sealed record CgroupWrite(string Controller, string File, string Value, string Field)
{
    /// <summary>Written instead when <see cref="File"/> does not exist: kernels differ in names.</summary>
    public CgroupWrite? Otherwise { get; init; }

    /// <summary>A file that does not exist is no error: the value is what its absence amounts to.</summary>
    public bool Optional { get; init; }

    public override string ToString() => $"{File} = {Value}  # {Field}{(Optional ? ", if there" : "")}{(Otherwise is null ? "" : $", else {Otherwise.File} = {Otherwise.Value}")}";
}
