"""Reads the intent of approval in a free-text answer, and grades by it. Imports nothing else of this product.

normalise, guards and rules (`rules`), features and head (`features`, `classifier`), calibration, policy: each stage
is a function of the question and the answer, and can say why it decided (`grade.Evidence`). What serves imports numpy,
onnxruntime and tokenizers; what learns (`fitting`, `tuning`, `export`, `train`) imports scikit-learn and torch.
"""
