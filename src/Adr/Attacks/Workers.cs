using System.Runtime.ExceptionServices;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>What is done to a part of a batch. Its tensors are freed; a result must be detached from the dispose scope.</summary>
/// <param name="images">[b,C,H,W].</param>
/// <param name="labels">[b].</param>
/// <param name="seeds">One index per point.</param>
/// <param name="cost">To be counted on.</param>
/// <param name="cancellation">To be handed on.</param>
internal delegate T PartWork<out T>(Tensor images, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation);

/// <summary>Attacks the parts of a batch at once, each with its share of libtorch's threads: they need not wait for each other after every operator.</summary>
/// <remarks>
/// For the library's own networks on the CPU, which are functions of weights that stand still; other models may not bear several callers.
/// A point's result is that of the whole batch but for rounding, as in any other batch.
/// </remarks>
internal static class Workers
{
    private const int LeastPart = 16; // points that are worth a thread

    /// <summary>Whether a model may be attacked from several threads.</summary>
    internal static bool MayShare(Attack attack, Classifier model, Device device) =>
        device.type == DeviceType.CPU && model is not BlackBox && model.GetType().Assembly == typeof(Classifier).Assembly && attack.IsThreadSafe;

    /// <summary>Works on a batch in parts, or in one where the model or the attack bears no other, and gives the results in their order.</summary>
    /// <param name="attack">What will be run.</param>
    /// <param name="model">What it will run on, held still by the caller: parts begin and end at any time.</param>
    /// <param name="images">[B,C,H,W].</param>
    /// <param name="labels">[B].</param>
    /// <param name="seeds">One index per point.</param>
    /// <param name="cost">What all parts cost together is added here.</param>
    /// <param name="cancellation">Cancels all parts.</param>
    /// <param name="work">What is done to each part.</param>
    internal static T[] Run<T>(Attack attack, Classifier model, Tensor images, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation, PartWork<T> work)
    {
        var points = (int)images.shape[0];
        return MayShare(attack, model, images.device) ? Run(points, cost, cancellation, Part) : [Part(0, points, cost, cancellation)];

        T Part(int first, int count, AttackCost spent, CancellationToken token)
        {
            using var scope = NewDisposeScope();
            return work(images.narrow(0, first, count), labels.narrow(0, first, count), seeds.Part(first, count), spent, token);
        }
    }

    /// <summary>The same where each part gives images [b,C,H,W]: those of the batch, in the open dispose scope.</summary>
    internal static Tensor Images(Attack attack, Classifier model, Tensor images, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation, PartWork<Tensor> work)
    {
        var parts = Run(attack, model, images, labels, seeds, cost, cancellation, work);
        var all = cat(parts, 0);
        foreach (var part in parts) part.Dispose();
        return all;
    }

    /// <summary>Works on the parts of a batch, and gives the results in their order.</summary>
    /// <param name="points">How many points there are.</param>
    /// <param name="cost">What all parts cost together is added here.</param>
    /// <param name="cancellation">Cancels all parts.</param>
    /// <param name="work">From the first point of a part, their number, a cost to count on and a token. It must leave nothing in a dispose scope.</param>
    internal static T[] Run<T>(long points, AttackCost cost, CancellationToken cancellation, Func<int, int, AttackCost, CancellationToken, T> work)
    {
        cancellation = HostCancellation.Or(cancellation);
        var threads = get_num_threads();
        var parts = (int)Math.Clamp(points / LeastPart, 1, threads);
        if (parts == 1) return [work(0, (int)points, cost, cancellation)];
        var (results, costs, errors, share) = (new T[parts], new AttackCost[parts], new Exception?[parts], Math.Max(threads / parts, 1));
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var working = new CountdownEvent(parts);
        var workers = Enumerable.Range(0, parts).Select(_ => Worker.Rent()).ToArray();
        var areReady = workers.All(worker => worker.Has(share));
        for (var part = 0; part < parts; part++)
        {
            var own = part;
            workers[part].Begin(() => Work(own));
        }
        try
        {
            working.Wait();
        }
        finally
        {
            // Whoever stops this thread while it waits must not take away what the parts still use.
            if (!working.IsSet)
            {
                others.Cancel();
                working.Wait();
            }
            foreach (var worker in workers) worker.Return();
        }
        if (!areReady) set_num_threads(threads); // a worker's setting is that of threads to come, too
        // the first error, not the cancellations that it led to
        if ((errors.FirstOrDefault(error => error is not null and not OperationCanceledException) ?? errors.FirstOrDefault(error => error is not null)) is { } first)
        {
            foreach (var result in results) (result as IDisposable)?.Dispose();
            ExceptionDispatchInfo.Throw(first);
        }
        foreach (var part in costs) cost.Add(part);
        return results;

        void Work(int part)
        {
            var first = (int)(points * part / parts);
            costs[part] = new AttackCost();
            try
            {
                workers[part].Take(share);
                results[part] = work(first, (int)(points * (part + 1) / parts) - first, costs[part], others.Token);
            }
            catch (Exception problem) // thrown again by the thread that waits
            {
                errors[part] = problem;
                others.Cancel();
            }
            finally
            {
                working.Signal();
            }
        }
    }
}
