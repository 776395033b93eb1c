using Sampan.Launch;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>The calling thread in a mount namespace of its own, made by a plan, until this is disposed; a program started meanwhile stays in it.</summary>
internal sealed unsafe class PrivateMounts : IDisposable
{
    private readonly MountPlace _home = new("thread-self");
    private bool _away = true;

    /// <exception cref="SampanException">An operation failed: the thread is where it was.</exception>
    public PrivateMounts(LaunchPlan plan)
    {
        using var sealedPlan = new SealedPlan(plan, LibC.Syscall, LibC.Errno);
        var header = sealedPlan.Header;
        nint error = PlanExecutor.Run(header, header->Child, header->ChildCount);
        for (int i = 0; i < header->SlotCount; i++)
        {
            if (header->Slots[i] >= 0)
                Sys.Call(SyscallNumber.close, (nint)header->Slots[i]);
        }
        if (error >= 0)
            return;
        int failed = header->Current;
        Dispose();
        throw LaunchFailure.Of(plan, plan.Child, failed, (Errno)(-error));
    }

    public void Dispose()
    {
        if (!_away)
            return;
        _away = false;
        using (_home)
            _home.Enter();
    }
}
