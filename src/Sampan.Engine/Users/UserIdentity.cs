namespace Sampan.Engine;

/// <summary>Who a process in a container is.</summary>
/// <param name="Groups">Supplementary groups, the primary one among them.</param>
/// <param name="Home">Absolute.</param>
public sealed record UserIdentity(uint Uid, uint Gid, List<uint> Groups, string Home);
