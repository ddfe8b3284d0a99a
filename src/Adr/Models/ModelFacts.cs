using System.Runtime.InteropServices;
using Adr.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>What the library knows of any module, and the one way in which it asks a module for its logits.</summary>
/// <remarks>A user's module may do anything in its forward pass. Here it gets a copy of the images, for it may work in
/// place (<c>x.sub_(0.5f)</c> in a normalisation) and the images are the caller's. What it answers must be logits
/// [B,K], in floating point; they are passed on in the images' own type.</remarks>
internal static class ModelFacts
{
    /// <summary>The name in tables and files: the architecture's, else the module's.</summary>
    internal static string NameOf(nn.Module<Tensor, Tensor> model)
    {
        if (model is Classifier classifier) return classifier.Architecture;
        var name = model.GetName();
        var isOwn = name.Length > 0 && !name.Contains("::", StringComparison.Ordinal); // not libtorch's torch::nn::…
        return isOwn ? name : model.GetType().Name;
    }

    /// <summary>The box of valid pixel values, [0,1] where the model does not say.</summary>
    internal static Bounds BoundsOf(nn.Module<Tensor, Tensor> model) => (model as Classifier)?.Bounds ?? Bounds.Unit;

    /// <summary>The logits of a batch.</summary>
    /// <param name="model">Any module; it does not see the caller's tensor.</param>
    /// <param name="images">[B,C,H,W].</param>
    /// <param name="isCopy">Whether the images are a copy already, made for this call.</param>
    /// <returns>[B,K], K ≥ 2, in the type of the images.</returns>
    /// <exception cref="InvalidOperationException">The model failed, or gave something else.</exception>
    internal static Tensor Logits(nn.Module<Tensor, Tensor> model, Tensor images, bool isCopy = false) =>
        Ask(model, isCopy ? images : images.clone(), ClassesOf(model), AtWork);

    /// <summary>The logits of the first images, where a model that gives something else is the caller's wrong
    /// argument.</summary>
    /// <param name="model">Any module; it does not see the caller's tensor.</param>
    /// <param name="images">[b,C,H,W].</param>
    /// <returns>[b,K], K ≥ 2, in the type of the images.</returns>
    /// <exception cref="ArgumentException">The model failed, or gave something else.</exception>
    internal static Tensor FirstLogits(nn.Module<Tensor, Tensor> model, Tensor images) =>
        Ask(model, images.clone(), ClassesOf(model),
            (message, cause) => new ArgumentException(message, nameof(model), cause));

    /// <summary>The latent and the logits of a batch.</summary>
    /// <param name="model">A module that gives its latent; it does not see the caller's tensor.</param>
    /// <param name="images">[B,C,H,W].</param>
    /// <returns>[B,…] and [B,K], K ≥ 2, in the type of the images. They may be the same tensor.</returns>
    /// <exception cref="ArgumentException">The model gives no latent.</exception>
    /// <exception cref="InvalidOperationException">The model failed, or gave something else.</exception>
    internal static (Tensor Latent, Tensor Logits) Represent(nn.Module<Tensor, Tensor> model, Tensor images)
    {
        var (withLatent, type, count) = (Latent(model), images.dtype, images.shape[0]);
        try
        {
            var (latent, logits) = withLatent.Represent(images.clone());
            var problem = ProblemOf(model, logits, count, ClassesOf(model)) ?? ProblemOfLatent(model, latent, count);
            return problem is null
                ? (Own(latent, type), Own(logits, type))
                : throw new InvalidOperationException(problem);
        }
        catch (ExternalException failure)
        {
            throw AtWork(Failure(model, $"failed on images {Shape(images.shape)}", type, failure), failure);
        }
    }

    /// <summary>The name of a tensor of a state that has numbers that are not finite; null where there is
    /// none.</summary>
    internal static string? NotFinite(IEnumerable<KeyValuePair<string, Tensor>> state)
    {
        using var scope = NewDisposeScope();
        return state.FirstOrDefault(pair =>
            pair.Value.is_floating_point() && !pair.Value.isfinite().all().item<bool>()).Key;
    }

    /// <summary>The model as one that gives its latent.</summary>
    /// <exception cref="ArgumentException">It gives none; the message says how to give one.</exception>
    internal static ILatentModel Latent(nn.Module<Tensor, Tensor> model) =>
        model as ILatentModel ?? throw new ArgumentException(
            $"{NameOf(model)} gives no latent. Implement ILatentModel in it, or compose it with "
            + "Classifier.From(features, head): then the output of features is the latent.", nameof(model));

    /// <summary>Checks that a model fits images and classes, by a forward pass on two blank images. A black box is
    /// asked nothing: what it declares counts, and every answer is checked later.</summary>
    /// <param name="model">Any module.</param>
    /// <param name="imageShape">[C,H,W].</param>
    /// <param name="classes">K.</param>
    /// <param name="data">The name of the data, for the message.</param>
    /// <param name="parameter">The caller's parameter that is refused.</param>
    /// <exception cref="ArgumentException">The model does not fit.</exception>
    internal static void Check(
        nn.Module<Tensor, Tensor> model,
        long[] imageShape,
        int classes,
        string data = "the data",
        string? parameter = null)
    {
        if (model is Classifier own)
        {
            if (!imageShape.SequenceEqual(own.InputShape))
                throw new ArgumentException(
                    $"{own.Architecture} takes images {Shape(own.InputShape)}, {data} has {Shape(imageShape)}.",
                    parameter);
            if (own.Classes != classes)
                throw new ArgumentException($"{own.Architecture} has {own.Classes} classes, {data} has {classes}.",
                    parameter);
            if (model is BlackBox) return;
        }
        using var scope = NewDisposeScope();
        using var frozen = new FrozenModel(model); // in training mode the pass would move the moments of a batch norm
        using var noGraph = no_grad();
        // two, for a batch norm without running statistics needs more than one
        var images = zeros([2, .. imageShape], device: model.parameters().FirstOrDefault()?.device ?? CPU);
        Ask(model, images, classes, (message, cause) => new ArgumentException(message, parameter, cause),
            $"does not take the images {Shape(imageShape)} of {data}", data);
    }

    /// <summary>What is wrong with an answer, in a sentence; null where it is logits [B,K].</summary>
    /// <param name="model">Who gave it.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="images">B.</param>
    /// <param name="classes">K; null where it is not known, and then 2 or more.</param>
    /// <param name="data">The name of the data that have these classes; null where the model itself says so.</param>
    internal static string? ProblemOf(
        nn.Module<Tensor, Tensor> model, Tensor? answer, long images, int? classes, string? data = null)
    {
        if (answer is null) return $"{NameOf(model)} gave no logits: its forward pass returned null.";
        if (!answer.is_floating_point())
            return $"{NameOf(model)} gave outputs of type {answer.dtype}. Logits must be floating-point numbers: "
                + "return the scores of all classes, not the class that was predicted.";
        var shape = answer.shape;
        var hasRows = shape.Length == 2 && shape[0] == images;
        if (hasRows && (classes is { } known ? shape[1] == known : shape[1] > 1)) return null;
        if (hasRows && data is not null && shape[1] > 1)
            return $"{NameOf(model)} has {shape[1]} classes, {data} has {classes}. It must give one logit for each "
                + "class.";
        var k = classes is { } count ? $"{count}" : "K";
        return $"{NameOf(model)} must give logits [B,{k}], a row for each image and a column for each class. For "
            + $"{images} images that is [{images},{k}], but it gave {Shape(shape)}."
            + (shape is [_] or [_, 1] && classes is null or 2
                ? " One number z for two classes, as before a sigmoid, stands for the logits [0, z]: return "
                    + "cat([zeros_like(z), z], 1) of z [B,1]."
                : "");
    }

    private static Tensor Ask(
        nn.Module<Tensor, Tensor> model,
        Tensor own,
        int? classes,
        Func<string, Exception?, Exception> wrong,
        string? refusal = null,
        string? data = null)
    {
        var (type, shape) = (own.dtype, own.shape); // the model may dispose of its input
        try
        {
            var logits = model.call(own);
            return ProblemOf(model, logits, shape[0], classes, data) is { } problem
                ? throw wrong(problem, null)
                : Own(logits, type);
        }
        catch (ExternalException failure) // libtorch's errors
        {
            throw wrong(Failure(model, refusal ?? $"failed on images {Shape(shape)}", type, failure), failure);
        }
    }

    // A model may answer in a tensor that its next answer fills again; one with a gradient it cannot.
    private static Tensor Own(Tensor answer, ScalarType type) => answer.to(type, copy: !answer.requires_grad);

    private static string? ProblemOfLatent(nn.Module<Tensor, Tensor> model, Tensor? latent, long images)
    {
        if (latent is not null && latent.is_floating_point() && latent.dim() > 0 && latent.shape[0] == images)
            return null;
        var what = latent is null ? "null" : $"{latent.dtype} {Shape(latent.shape)}";
        return $"{NameOf(model)} must give a latent [B,D], a row of floating-point numbers for each image. For "
            + $"{images} images it gave {what}.";
    }

    private static string Failure(
        nn.Module<Tensor, Tensor> model, string what, ScalarType images, ExternalException failure)
    {
        var weights = model.parameters().FirstOrDefault()?.dtype;
        return $"{NameOf(model)} {what}: {failure.Message.Split('\n')[0].TrimEnd('.')}."
            + (weights is { } type && type != images
                ? $" Its weights are {type} and the images {images}: convert the weights, or the images in its forward "
                    + "pass."
                : "");
    }

    private static Exception AtWork(string message, Exception? cause) => new InvalidOperationException(message, cause);

    private static int? ClassesOf(nn.Module<Tensor, Tensor> model) => (model as Classifier)?.Classes;

    private static string Shape(long[] shape) => $"[{string.Join(",", shape)}]";
}
